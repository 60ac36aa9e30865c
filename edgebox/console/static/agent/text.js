// Offsets on the wire count characters (code points); JavaScript counts UTF-16 units.

/** Returns a function from an offset in characters to one in UTF-16 units of `text`. */
export function units(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => offset;
  const at = [];
  let unit = 0;
  for (const character of text) {
    at.push(unit);
    unit += character.length;
  }
  return (offset) => at[offset] ?? unit;
}

/** Returns `spans` with `start` and `end` in UTF-16 units of `text`; those outside are left out. */
export function inUnits(text, spans) {
  const unit = units(text);
  return (spans ?? [])
    .map((span) => ({ ...span, start: unit(span.start), end: unit(span.end) }))
    .filter((span) => span.start < span.end && span.end <= text.length);
}

/**
 * Cuts `text` at the borders of the spans. Returns `[{text, start, has: [span]}]` in order;
 * `has` are the spans that cover the piece.
 */
export function pieces(text, spans, from = 0) {
  const to = from + text.length;
  const borders = new Set([from, to]);
  for (const { start, end } of spans) {
    if (start > from && start < to) borders.add(start);
    if (end > from && end < to) borders.add(end);
  }
  const sorted = [...borders].sort((one, other) => one - other);
  const found = [];
  for (let at = 0; at + 1 < sorted.length; at += 1) {
    const [start, end] = [sorted[at], sorted[at + 1]];
    const has = spans.filter((span) => span.start <= start && span.end >= end);
    found.push({ text: text.slice(start - from, end - from), start, has });
  }
  return found;
}

/** Returns where `wanted` stands in `text`, without regard to case: `[{start, end, find: true}]`. */
export function finds(text, wanted) {
  if (!wanted) return [];
  const [low, needle] = [text.toLowerCase(), wanted.toLowerCase()];
  if (low.length !== text.length) return [];
  const found = [];
  for (let at = low.indexOf(needle); at >= 0; at = low.indexOf(needle, at + needle.length)) {
    found.push({ start: at, end: at + needle.length, find: true });
  }
  return found;
}
