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
