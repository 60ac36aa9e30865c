// What buttons and keys do. Each gets the screen (`state`, `tell`, `send`, ...) and the button's data.

import { find, running } from "./asks.js";
import { copy } from "./clipboard.js";
import { content, kindOf } from "./drafts.js";
import { plain } from "./markdown.js";

const LONGEST_PASTE = 200_000;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `ask_${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Returns a draft's text as the agent would have it, for the clipboard. */
export function asText(state, id, kind, t) {
  const given = content(state, id, kind);
  if (kind === "summary") return given.text;
  return Object.entries(given).map(([field, text]) => `${t[field]}: ${text}`).join("\n");
}

async function give({ tell }, text) {
  const isDone = await copy(text);
  const shown = text.length > 24 ? `${text.slice(0, 24)}…` : text;
  tell({ type: "ui.say", code: isDone ? "copied" : "notCopied", detail: isDone ? shown : "" });
}

function ask(screen, question, cache) {
  const id = screen.state.current;
  const ask_id = newId();
  const isSent = sent(screen, { type: "ask", ask_id, question, consultation_id: id, cache });
  if (isSent) screen.tell({ type: "ui.ask", id, ask_id, question });
}

// Sends a message; where there is no connection, that is told.
function sent({ send, tell }, message) {
  const isSent = send(message);
  if (!isSent) tell({ type: "ui.say", code: "notSent" });
  return isSent;
}

function tab(name) {
  return ({ tell, focus }) => {
    tell({ type: "ui.tab", tab: name });
    focus({ talk: "log", notes: "notes", asks: "question" }[name]);
  };
}

function step(by) {
  return ({ tell }) => tell({ type: "ui.step", by });
}

function seek(by) {
  return ({ state, tell, show }) => {
    tell({ type: "ui.find", text: state.find.text, by });
    show("hit");
  };
}

export const ACTS = {
  nothing() {},
  talk: tab("talk"),
  notes: tab("notes"),
  asks: tab("asks"),
  next: step(1),
  previous: step(-1),
  findNext: seek(1),
  findBefore: seek(-1),

  select: ({ tell }, { id }) => tell({ type: "ui.select", id }),
  help: ({ tell }) => tell({ type: "ui.dialog", dialog: "help" }),
  paste: ({ tell }) => tell({ type: "ui.dialog", dialog: "paste" }),
  setKey: ({ tell, state }, { name }) => tell({ type: "ui.setKey", name: state.setting?.name === name ? null : name }),
  usualKeys: ({ tell }) => tell({ type: "ui.pref", name: "own", value: {} }),
  undialog: ({ tell }) => tell({ type: "ui.dialog", dialog: null }),
  dismiss: ({ tell }, { code }) => tell({ type: "ui.dismiss", code }),
  retry: ({ retry }) => retry(),
  reload: () => location.reload(),
  bottom: ({ toBottom }) => toBottom(),

  question({ tell, focus }) {
    tell({ type: "ui.tab", tab: "asks" });
    focus("question");
  },

  ask(screen) {
    const { state } = screen;
    const question = (state.typed[state.current] ?? "").trim();
    if (question && state.link.status === "open") ask(screen, question, true);
  },

  again(screen, { id }) {
    ask(screen, find(screen.state, id).question, false);
  },

  stop({ send, tell }, { id }) {
    send({ type: "cancel", ask_id: id });
    tell({ type: "ui.stop", ask_id: id });
  },

  copyAnswer: (screen, { id }) => give(screen, plain(find(screen.state, id).text)),

  rate(screen, { id, rating, reason = "" }) {
    if (find(screen.state, id).rating === rating && !reason) return;
    const isSent = sent(screen, { type: "feedback", what: "ask", id, rating, reason, comment: "" });
    if (isSent) screen.tell({ type: "ui.rate", ask_id: id, rating, reason });
  },

  copyMark: (screen, { copy: text }) => give(screen, text),

  copy(screen, { kind: wanted } = {}) {
    const { state, t } = screen;
    const kind = wanted ?? kindOf(state, state.current);
    if (kind) return give(screen, asText(state, state.current, kind, t));
  },

  edit({ state, tell, focus }, { kind: wanted } = {}) {
    const kind = wanted ?? kindOf(state, state.current);
    if (!kind) return;
    tell({ type: "ui.edit", id: state.current, kind });
    focus(`edit-${kind}-${kind === "summary" ? "text" : "customer"}`);
  },

  leaveEdit: ({ state, tell }, { kind }) => tell({ type: "ui.leave", id: state.current, kind }),
  take: ({ state, tell }, { kind }) => tell({ type: "ui.take", id: state.current, kind }),
  drop: ({ state, tell }, { field }) => tell({ type: "ui.drop", id: state.current, field }),

  // Of the text that is being written, or else of the draft whose button has the key.
  async accept(screen, { kind: wanted } = {}, target = null) {
    const { state, tell, t } = screen;
    const id = state.current;
    const edits = state.edits[id] ?? {};
    const kind = wanted ?? target?.dataset?.kind ?? kindOf(state, id);
    if (!kind || state.pending[state.drafts[id][kind].draft_id]) return;
    const draft = state.drafts[id][kind];
    const given = content(state, id, kind);
    if (!Object.keys(given).length) return;
    const isDone = await copy(asText(state, id, kind, t));
    tell({ type: "ui.say", code: isDone ? "copied" : "notCopied" });
    if (draft.accepted && !edits[kind]) return;
    const dropped = Object.keys(state.dropped[id] ?? {}).filter((field) => state.dropped[id][field]);
    const message = {
      type: "accept",
      consultation_id: id,
      draft_id: draft.draft_id,
      content: given,
      dropped: kind === "record" ? dropped : [],
      copied: isDone,
      seconds: Math.max(0, Math.round(state.now - state.seen[draft.draft_id].at)),
    };
    tell({ type: "ui.accept", message });
  },

  summarise(screen) {
    const { current: id, calls } = screen.state;
    if (!calls[id] || calls[id].gone) return;
    const isSent = sent(screen, { type: "summarise", consultation_id: id });
    if (isSent) screen.tell({ type: "ui.summarise", id });
  },

  end: (screen) => sent(screen, { type: "end", consultation_id: screen.state.current }),
  forget: ({ state, tell }) => tell({ type: "ui.forget", id: state.current }),
  close: (screen) => sent(screen, { type: "close", consultation_id: screen.state.current }),

  sendPasted(screen) {
    const { state, tell, t } = screen;
    const text = state.pasted.trim();
    if (text.length > LONGEST_PASTE) {
      return tell({ type: "notice", level: "warning", code: "paste", text: t.tooLong });
    }
    if (sent(screen, { type: "paste", consultation_id: null, text })) tell({ type: "ui.paste" });
  },

  light({ tell, show }, { from, at }) {
    tell({ type: "ui.light", from, utterances: at.split(" ").filter(Boolean).map(Number) });
    show("lit");
  },

  used({ tell, show }, { at }) {
    tell({ type: "ui.used", at: Number(at) });
    show("sentence.lit");
  },

  find({ state, tell, focus }) {
    if (!state.calls[state.current]) return;
    tell({ type: "ui.find", text: state.find?.text ?? "" });
    focus("find");
  },

  unfind({ tell, focus }) {
    tell({ type: "ui.find", text: null });
    focus("log");
  },

  leave(screen, _data, target) {
    const { state, tell, focus } = screen;
    if (target.id === "find") ACTS.unfind(screen);
    else if (target.matches("textarea, input")) target.blur();
    else if (running(state)) ACTS.stop(screen, { id: running(state).ask_id });
    else if (state.light) tell({ type: "ui.dark" });
    else focus("log");
  },
};

/** Returns the text of a file; Korean Windows writes CP949 where it is not UTF-8. */
export async function fileText(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.includes(0)) return null;
  for (const encoding of ["utf-8", "euc-kr"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // not in this one
    }
  }
  return null;
}
