/**
 * Puts `text` onto the clipboard. Returns whether it is there.
 *
 * `navigator.clipboard` is missing on pages without TLS, and refuses where a policy forbids it.
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
}

/**
 * Returns what is selected of the call as lines, each with who said it in front; null if it is a part
 * of one utterance or of what is being heard, or reaches out of the call.
 */
export function selected(selection, log) {
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || range.collapsed || !log?.contains(range.commonAncestorContainer)) return null;
  const within = range.commonAncestorContainer;
  if ((within.closest ? within : within.parentElement).closest(".row, .partial")) return null;
  const lines = [...log.querySelectorAll(".row")].filter((row) => range.intersectsNode(row)).map((row) => {
    const part = document.createRange();
    part.selectNodeContents(row.querySelector(".said"));
    if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
    return [row.querySelector(".who").firstChild.textContent, part.toString().trim()];
  });
  const texts = lines.filter(([, text]) => text).map(([who, text]) => `${who}: ${text}`);
  const heard = log.querySelector(".partial");
  if (heard && range.intersectsNode(heard)) texts.push(heard.firstChild.textContent);
  return texts.join("\n") || null;
}

function byHand(text) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "away";
  // A modal dialog makes the rest of the page inert: a field outside it cannot be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}
