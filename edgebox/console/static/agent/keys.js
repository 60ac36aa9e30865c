// Which key does what. By `code`, the place of the key, so that Hangul mode does not matter.

const SINGLE = {
  KeyC: "copy",
  KeyE: "edit",
  KeyR: "summarise",
  Slash: "find",
  KeyJ: "next",
  KeyK: "previous",
  Digit1: "talk",
  Digit2: "notes",
  Digit3: "asks",
};

/**
 * Returns the name of what a key press does, or null.
 *
 * `where` says in which field it happened: `text` (any text field), `question`, `find`; whether a
 * citation is waited for (`cite`), a dialog is open (`dialog`) and single keys are on (`single`).
 */
export function action(event, where) {
  if (event.isComposing || event.keyCode === 229) return null;
  const enter = event.code === "Enter" || event.code === "NumpadEnter";
  if (event.repeat) return enter && where.question && !event.shiftKey ? "nothing" : null;
  const command = event.ctrlKey || event.metaKey;
  if (event.code === "Escape") return where.dialog ? null : "leave";
  if (where.dialog) return null;
  if (event.code === "F2" && !command && !event.altKey && !event.shiftKey) return "question";
  if (enter && command && !event.altKey && !event.shiftKey) return "accept";
  if (command || event.altKey) return null;
  if (enter && where.question && !event.shiftKey) return "ask";
  if (enter && where.find) return event.shiftKey ? "findBefore" : "findNext";
  if (where.text || !where.single) return null;
  if (where.cite && /^Digit[1-9]$/.test(event.code)) return `cite${event.code.slice(-1)}`;
  if (event.code === "Slash" && event.shiftKey) return "help";
  if (event.shiftKey) return null;
  if (event.code === "KeyG") return "cite";
  return SINGLE[event.code] ?? null;
}
