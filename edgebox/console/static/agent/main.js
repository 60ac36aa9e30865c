// Puts the screen together: state, socket, keys and clicks. It alone touches the page.

import { ACTS, fileText } from "./acts.js";
import { selected } from "./clipboard.js";
import { mend } from "./dom.js";
import { action, keysOf, pressed } from "./keys.js";
import { login } from "./login.js";
import { connect } from "./socket.js";
import { fresh, reduce } from "./state.js";
import { view } from "./view/screen.js";

const root = document.getElementById("agent");
const { language, release } = root.dataset;
const t = (await import(language === "en" ? "../words/en.js" : "../words/ko.js")).default;

const PREFS = { keys: true, large: false, own: {}, theme: "system" };
const MODIFIER = /^(?:Control|Alt|Shift|Meta)(?:Left|Right)$|^(?:CapsLock|Lang1|Lang2|HangulMode|Hanja)$/;
let state = fresh(prefs(), release);
let shown = [];
let frame = 0;
let citing = 0; // until when a digit after G is a citation

// All that the browser keeps: four preferences; the theme is that of every page.
function prefs() {
  try {
    const kept = JSON.parse(localStorage.getItem("edgebox.agent") ?? "{}");
    const own = kept.own && typeof kept.own === "object" ? kept.own : {};
    return { ...PREFS, ...kept, own, theme: localStorage.getItem("edgebox.theme") ?? PREFS.theme };
  } catch {
    return PREFS;
  }
}

function keep({ theme, ...others }) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("edgebox.theme", theme);
    localStorage.setItem("edgebox.agent", JSON.stringify(others));
  } catch {
    // It holds for this page.
  }
}

function tell(message) {
  const before = state;
  state = reduce(state, message);
  if (state === before) return;
  for (const wanted of state.wants) send(wanted);
  if (state.wants.length) state = reduce(state, { type: "ui.sent" });
  if (state.prefs !== before.prefs) keep(state.prefs);
  frame ||= requestAnimationFrame(render);
}

function render() {
  frame = 0;
  const next = view(state, t);
  mend(root, shown, next);
  shown = next;
  root.classList.toggle("large", state.prefs.large);
  if (state.bottom) toBottom();
  observe();
  front();
}

// A key that moves the focus has moved it before the next key comes.
function flush() {
  cancelAnimationFrame(frame);
  render();
}

function send(message) {
  return socket.send(message);
}

// A window of another width moves the end.
let watchedLog = null;
const sizes = new ResizeObserver(() => state.bottom && toBottom());

function observe() {
  const rows = root.querySelector(".rows");
  if (rows === watchedLog) return;
  sizes.disconnect();
  watchedLog = rows;
  if (!rows) return;
  sizes.observe(rows);
  sizes.observe(rows.parentElement);
}

// Of many calls, the one that is shown is in sight.
let inFront = null;

function front() {
  const tab = root.querySelector(".calls [aria-current]");
  if (tab === inFront) return;
  inFront = tab;
  tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function toBottom() {
  const log = document.getElementById("log");
  if (log) log.scrollTop = log.scrollHeight;
}

const screen = {
  t,
  tell,
  send,
  get state() {
    return state;
  },
  retry: () => socket.retry(),
  focus(id) {
    flush();
    document.getElementById(id)?.focus();
  },
  show(name) {
    flush();
    root.querySelector(`.${name}`)?.scrollIntoView({ block: "center" });
  },
  toBottom,
};

root.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (button && !button.disabled) ACTS[button.dataset.do]?.(screen, button.dataset, button);
});

addEventListener("keydown", (event) => {
  const { target } = event;
  if (state.setting && choose(event)) return event.preventDefault();
  const isText = target.matches?.("textarea, select, input:not([type=checkbox])") ?? false;
  const name = action(event, {
    text: isText,
    question: target.id === "question",
    find: target.id === "find",
    dialog: Boolean(root.querySelector("dialog")),
    single: state.prefs.keys,
    keys: keysOf(state.prefs.own),
    cite: Date.now() < citing,
  });
  citing = name === "cite" ? Date.now() + 3000 : 0;
  if (name && name !== "cite") {
    event.preventDefault();
    const place = /^cite(\d)$/.exec(name);
    if (place) cite(place[1]);
    else ACTS[name](screen, {}, target);
  } else if (!name) inPlace(event);
});

// The next key is the one that is being chosen; Escape keeps the one before, Tab goes on.
function choose(event) {
  if (event.code === "Tab" || MODIFIER.test(event.code)) return false;
  if (event.code === "Escape") tell({ type: "ui.setKey", name: null });
  else if (event.code !== "Enter" && event.code !== "Space") tell({ type: "ui.key", key: pressed(event) });
  else return false; // the button itself
  return true;
}

// The keys of what has the focus: a sentence is pressed, numbers of the call are chosen.
function inPlace(event) {
  const { target, code } = event;
  if (event.isComposing || event.ctrlKey || event.altKey) return;
  if (target.getAttribute?.("role") === "button" && (code === "Enter" || code === "Space")) {
    event.preventDefault();
    target.click();
  } else if (target.closest?.("#log") && (code === "ArrowLeft" || code === "ArrowRight")) {
    const all = [...document.querySelectorAll("#log .mark, #log button.who")];
    const at = all.indexOf(target);
    const next = at < 0 ? all.at(-1) : all[at + (code === "ArrowLeft" ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

function cite(n) {
  const list = state.asks[state.current] ?? [];
  const found = list[0]?.citations.find((one) => String(one.n) === n);
  if (found) ACTS.light(screen, { from: `${list[0].ask_id}-${n}`, at: String(found.utterance) });
}

root.addEventListener("input", ({ target }) => {
  const { id, value, dataset } = target;
  const call = state.current;
  if (id === "question") tell({ type: "ui.typed", id: call, text: value });
  else if (id === "find") seek(value);
  else if (id === "pasted") tell({ type: "ui.pasted", text: value });
  else if (dataset.kind) {
    tell({ type: "ui.edited", id: call, kind: dataset.kind, field: dataset.field, text: value });
  } else if (dataset.pref) {
    tell({ type: "ui.pref", name: dataset.pref, value: target.type === "checkbox" ? target.checked : value });
  }
});

function seek(text) {
  tell({ type: "ui.find", text });
  screen.show("hit");
}

// While a question is typed the box reads the call.
let prepared = "";
root.addEventListener("focusin", ({ target }) => {
  const call = state.calls[state.current];
  const name = `${state.current} ${call?.received}`;
  if (target.id !== "question" || !call || call.gone || prepared === name) return;
  if (send({ type: "prepare", consultation_id: state.current })) prepared = name;
});

root.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.id !== "log") return;
    const isBottom = target.scrollHeight - target.scrollTop - target.clientHeight < 24;
    if (isBottom !== state.bottom) tell({ type: "ui.scrolled", bottom: isBottom });
  },
  { capture: true, passive: true },
);

root.addEventListener(
  "cancel",
  (event) => {
    event.preventDefault();
    if (state.setting) tell({ type: "ui.setKey", name: null });
    else if (state.link.status !== "expired") tell({ type: "ui.dialog", dialog: null });
  },
  true,
);

// Of two Escapes in a row the browser asks about the first one only: without this, nobody could log in.
root.addEventListener("close", ({ target }) => target.id === "login" && target.isConnected && target.showModal(), true);

root.addEventListener("submit", async (event) => {
  if (event.target.id !== "login-form") return;
  event.preventDefault();
  const form = new FormData(event.target);
  const problem = await login(form, state.operator);
  tell({ type: "ui.login", problem });
  if (!problem) socket.retry();
});

async function take(file) {
  if (!file) return;
  const text = await fileText(file);
  if (text === null) return tell({ type: "notice", level: "warning", code: "file", text: t.notText });
  tell({ type: "ui.pasted", text });
  tell({ type: "ui.dialog", dialog: "paste" });
}

root.addEventListener("change", ({ target }) => target.id === "file" && take(target.files[0]));
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

addEventListener("copy", (event) => {
  const text = selected(getSelection(), document.getElementById("log"));
  if (text === null) return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
});

// Whether there is something that only this page has.
function isWritten() {
  const isEdited = Object.values(state.edits).some((edit) => edit.summary || edit.record);
  return isEdited || Object.keys(state.pending).length > 0;
}

addEventListener("beforeunload", (event) => isWritten() && event.preventDefault());

function tick() {
  tell({ type: "ui.tick", now: Date.now() / 1000 });
}
tick();
setInterval(tick, 1000);

/** Whether the session is still one: a page that sends elsewhere says that it is not. */
async function known() {
  try {
    const answer = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
    return answer.type !== "opaqueredirect" && answer.status !== 401 && answer.status !== 403;
  } catch {
    return true;
  }
}

// Whoever logged in again in another tab is not asked twice. It may have been somebody else, to whom
// what was written here is not shown: that waits for its own person.
addEventListener("focus", async () => {
  const isWaiting = () => state.link.status === "expired" && !isWritten();
  if (isWaiting() && (await known()) && isWaiting()) socket.retry();
});

const name = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`;
const socket = connect(url, { tell, screen: name, known });
