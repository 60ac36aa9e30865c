// The part of Markdown that answers are written in: paragraphs, ## and ###, lists one deep in
// another, **, ` and [n]. All else is shown as the characters it is, so no link and no image exists.

/**
 * Returns the blocks of `text`: `{kind, raw, at, runs}` for "p", "h2" and "h3", and
 * `{kind, raw, at, items: [{runs, items}]}` for "ul" and "ol". `at` is the offset of the block.
 */
export function blocks(text) {
  const found = [];
  let open = null;
  let at = 0;
  for (const line of text.split("\n")) {
    const head = /^(#{2,3}) +(?=\S)/.exec(line);
    const item = /^( *)([-*]|\d{1,3}[.)]) +(?=\S)/.exec(line);
    if (!line.trim()) open = null;
    else if (head) {
      found.push({ kind: `h${head[1].length}`, at, runs: inline(line, at, head[0].length) });
      open = null;
    } else if (item && (item[1].length < 2 || open?.items)) {
      const kind = /\d/.test(item[2]) ? "ol" : "ul";
      const entry = { runs: inline(line, at, item[0].length), kind, items: [] };
      const last = open?.items?.at(-1);
      if (item[1].length >= 2 && last) last.items.push(entry);
      else if (open?.kind === kind) open.items.push(entry);
      else found.push((open = { kind, at, items: [entry] }));
    } else if (open) {
      const runs = open.runs ?? (open.items.at(-1).items.at(-1) ?? open.items.at(-1)).runs;
      runs.push({ kind: "break" }, ...inline(line, at, 0));
    } else found.push((open = { kind: "p", at, runs: inline(line, at, 0) }));
    at += line.length + 1;
  }
  found.forEach((block, place) => {
    block.raw = text.slice(block.at, found[place + 1]?.at ?? text.length);
  });
  return found;
}

const RUN = /\*\*(?=\S)([^*\n]*?[^\s*])\*\*|`([^`\n]+)`|\[(\d{1,2})\]/g;

/** Returns `[{kind: "text"|"strong"|"code"|"cite", text, at}]` of a line from `from` on. */
function inline(line, offset, from) {
  const runs = [];
  let last = from;
  RUN.lastIndex = from;
  for (let match = RUN.exec(line); match; match = RUN.exec(line)) {
    if (match.index > last) {
      runs.push({ kind: "text", text: line.slice(last, match.index), at: offset + last });
    }
    const [whole, strong, code, cite] = match;
    if (strong) runs.push({ kind: "strong", text: strong, at: offset + match.index + 2 });
    else if (code) runs.push({ kind: "code", text: code, at: offset + match.index + 1 });
    else runs.push({ kind: "cite", text: cite, at: offset + match.index });
    last = match.index + whole.length;
  }
  if (last < line.length) runs.push({ kind: "text", text: line.slice(last), at: offset + last });
  return runs;
}

/** Returns the Markdown as the plain text that goes onto the clipboard. */
export function plain(text) {
  return text
    .replace(/ ?\[\d{1,2}\]/g, "")
    .replace(/\*\*(?=\S)([^*\n]*?[^\s*])\*\*/g, "$1")
    .replace(/^#{2,3} +/gm, "")
    .replace(/`([^`\n]+)`/g, "$1")
    .trim();
}
