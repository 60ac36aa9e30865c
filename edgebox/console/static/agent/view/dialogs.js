// What stands in front of the screen: the list of keys, pasting, logging in again.

import { h } from "../dom.js";
import { keysOf, written } from "../keys.js";
import { button } from "./prose.js";

/** Returns the dialog that is open, or null. A session that ended comes before all others. */
export function dialog(state, t) {
  if (state.link.status === "expired") return login(state, t);
  return { help, paste }[state.dialog]?.(state, t) ?? null;
}

function frame(key, title, ...inside) {
  return h("dialog", { key, id: key, "aria-labelledby": `${key}-head` }, h("h2", { id: `${key}-head`, tabindex: "-1", autofocus: key === "help" }, title), inside);
}

function help(state, t) {
  const { prefs, setting } = state;
  const keys = keysOf(prefs.own);
  return frame(
    "help",
    t.help,
    h("table", null, h("tbody", null,
      Object.entries(t.keys).map(([name, text]) => own(name, text, keys[name], setting, t)),
      t.fixed.map(([key, text]) =>
        h("tr", null, h("th", { scope: "row" }, h("kbd", null, key)), h("td", null, text), h("td", null))))),
    h("p", { class: "quiet" }, t.keysHint),
    Object.keys(prefs.own).length > 0 && button(t.usual, "usualKeys"),
    h("h3", null, t.prefs),
    toggle("keys", t.single, prefs.keys),
    toggle("large", t.large, prefs.large),
    h(
      "label",
      null,
      t.theme,
      h("select", { "data-pref": "theme", value: prefs.theme },
        Object.entries(t.themes).map(([value, text]) => h("option", { value }, text))),
    ),
    h("footer", null, button(t.dismiss, "undialog", { primary: true }, "Esc")),
  );
}

// A key of the person's choice. While it is being chosen the next key press is it.
function own(name, text, key, setting, t) {
  const isSet = setting?.name === name;
  const { code, key: tried, other } = (isSet && setting.problem) || {};
  const told = { unusable: t.unusable, taken: t.taken }[code]?.(written(tried ?? ""), t.keys[other]);
  return h(
    "tr",
    { key: name },
    h("th", { scope: "row" }, h("kbd", null, written(key))),
    h("td", null, text, isSet && h("p", { class: code ? "warn" : "quiet", role: "status" }, told ?? t.press)),
    h("td", null, h(
      "button",
      { type: "button", "data-do": "setKey", "data-name": name, "aria-pressed": String(isSet), "aria-label": `${text}: ${t.other}` },
      t.other,
    )),
  );
}

function toggle(name, text, checked) {
  return h("label", null, h("input", { type: "checkbox", checked, "data-pref": name }), text);
}

function paste(state, t) {
  return frame(
    "paste",
    t.pasteTitle,
    h("p", { class: "quiet" }, t.pasteHint),
    h("textarea", { id: "pasted", rows: 12, value: state.pasted, "aria-label": t.pasteText, spellcheck: "false" }),
    h("label", { class: "file" }, t.file, " ", h("input", { id: "file", type: "file", accept: ".txt,text/plain" })),
    h(
      "footer",
      null,
      button(t.start, "sendPasted", { primary: true, disabled: !state.pasted.trim() || state.link.status !== "open" }),
      button(t.cancel, "undialog", {}, "Esc"),
    ),
  );
}

function login(state, t) {
  const { code, seconds } = state.login ?? {};
  const told = { failed: t.loginFailed, other: t.loginOther, lost: t.loginLost, later: t.loginLater(seconds) }[code];
  return frame(
    "login",
    t.login,
    h("p", null, t.loginHint),
    h(
      "form",
      { id: "login-form" },
      h("label", null, t.name, h("input", {
        id: "login-name", name: "name", initial: state.operator?.name ?? "", autocomplete: "username", required: true })),
      h("label", null, t.password, h("input", {
        id: "login-password", name: "password", type: "password", autocomplete: "current-password", required: true, autofocus: true })),
      h("p", { class: "warn", role: "alert" }, told),
      h("footer", null, h("button", { type: "submit", class: "primary" }, t.enter)),
    ),
  );
}
