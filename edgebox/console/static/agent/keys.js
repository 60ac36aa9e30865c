// Which key does what. By `code`, the place of the key, so that Hangul mode does not matter.

/** What each key of the agent's choice does, and the key that it has until then. */
export const KEYS = {
  question: "F2",
  copy: "KeyC",
  edit: "KeyE",
  summarise: "KeyR",
  find: "Slash",
  next: "KeyJ",
  previous: "KeyK",
  talk: "Digit1",
  notes: "Digit2",
  asks: "Digit3",
  cite: "KeyG",
  help: "Shift+Slash",
};

// The browser's and the window's, whatever else is held with the first three.
const TAKEN = /^(?:.*\+)?F(?:5|11|12)$|^(?:Ctrl|Alt)\+(?:Shift\+)?F4$|^Alt\+Key[DEF]$/;
const USABLE = /^(?:(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?F\d\d?|(?:Alt\+)?(?:Shift\+)?(?:Key[A-Z]|Digit\d|Slash|Period|Comma|Semicolon|Quote|BracketLeft|BracketRight|Backslash|Minus|Equal|Backquote))$/;
const SIGNS = {
  Slash: "/", Period: ".", Comma: ",", Semicolon: ";", Quote: "'", BracketLeft: "[", BracketRight: "]",
  Backslash: "\\", Minus: "-", Equal: "=", Backquote: "`",
};

/** Returns the key that was pressed with what was held: `Alt+KeyQ`. */
export function pressed({ code, ctrlKey, metaKey, altKey, shiftKey }) {
  const held = [ctrlKey && "Ctrl", metaKey && "Meta", altKey && "Alt", shiftKey && "Shift", code];
  return held.filter(Boolean).join("+");
}

/** Returns the keys of a person: those of `own` that can be used, the usual ones for the others. */
export function keysOf(own) {
  const keys = { ...KEYS };
  for (const name in KEYS) {
    const key = own && Object.hasOwn(own, name) ? own[name] : null;
    if (typeof key === "string" && !refusal(key)) keys[name] = key;
  }
  const isOnce = new Set(Object.values(keys)).size === Object.keys(keys).length;
  return isOnce ? keys : { ...KEYS };
}

/** Returns why `key` cannot be the one of `name`: `{code, other}`, or null if it can. */
export function refusal(key, keys = {}, name = "") {
  if (!USABLE.test(key) || TAKEN.test(key)) return { code: "unusable" };
  const other = Object.keys(keys).find((one) => one !== name && keys[one] === key);
  return other ? { code: "taken", other } : null;
}

/** Returns a key as people write it: `Alt+Q`, `?`. */
export function written(key) {
  if (key === "Shift+Slash") return "?";
  return key.replace(/(?:Key|Digit)?(\w+)$/, (_, code) => SIGNS[code] ?? code);
}

/** Returns what stands beside a button: its key, or nothing while keys of one letter are off. */
export function beside({ prefs }, name) {
  const key = keysOf(prefs.own)[name];
  return isLetter(key) && !prefs.keys ? "" : written(key);
}

// A key that writes a letter in a text. All others also work while one is written.
function isLetter(key) {
  return !/^(?:Ctrl|Alt)\+|F\d\d?$/.test(key);
}

/**
 * Returns the name of what a key press does, or null.
 *
 * `where` says in which field it happened: `text` (any text field), `question`, `find`; whether a
 * citation is waited for (`cite`), a dialog is open (`dialog`) and single keys are on (`single`);
 * `keys` are the person's.
 */
export function action(event, where) {
  if (event.isComposing || event.keyCode === 229) return null;
  const enter = event.code === "Enter" || event.code === "NumpadEnter";
  if (event.repeat) return enter && where.question && !event.shiftKey ? "nothing" : null;
  const command = event.ctrlKey || event.metaKey;
  if (event.code === "Escape") return where.dialog ? null : "leave";
  if (where.dialog) return null;
  if (enter && command && !event.altKey && !event.shiftKey) return "accept";
  if (enter && !command && !event.altKey) {
    if (where.question && !event.shiftKey) return "ask";
    if (where.find) return event.shiftKey ? "findBefore" : "findNext";
  }
  const key = pressed(event);
  const isFree = !where.text && where.single;
  if (!where.text && where.cite && /^Digit[1-9]$/.test(key)) return `cite${key.slice(-1)}`;
  const keys = where.keys ?? KEYS;
  const name = Object.keys(keys).find((one) => keys[one] === key) ?? null;
  return name && isLetter(key) && !isFree ? null : name;
}
