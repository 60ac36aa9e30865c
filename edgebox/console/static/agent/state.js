// The screen is one object, and every message makes the next one of it: `reduce` is pure.
// Messages of the box have its names; those of the screen itself begin with "ui.".

import { asks, forgotten, refused, snapshot } from "./asks.js";
import { drafts, editing, keep, restarted } from "./drafts.js";
import { keysOf, refusal } from "./keys.js";
import { put, say, want, without } from "./table.js";

/** Returns the state of a screen that has not heard from the box; `page` is the release that it is of. */
export function fresh(prefs, page) {
  return {
    now: 0, // seconds, by the box's clock
    skew: 0, // the box's clock minus this one's
    link: { status: "connecting" },
    operator: null,
    settings: {},
    page,
    release: null,
    run: null, // of the box: another one after a restart
    login: null, // why logging in again did not work
    calls: {},
    order: [],
    current: null,
    drafts: {}, // by call: summary, record, newer {summary, record}, writing, asked
    edits: {}, // by call: summary {draft_id, text} or record {draft_id, customer, agent, result}
    dropped: {}, // by call: fields of the record that are not accepted
    seen: {}, // by draft: since when it is shown
    pending: {}, // by draft: what was accepted and is not confirmed
    asks: {}, // by call: newest first
    typed: {}, // by call: the question being written
    busy: {}, // by call: {until, text}
    opening: {}, // by call: whether the box was asked to show it again
    notices: [],
    said: null, // {code, n}: for ears
    light: null, // {from, utterances}
    find: null, // {text, at}
    tab: "talk",
    bottom: true,
    unread: 0,
    dialog: null, // "help", "paste"
    setting: null, // {name, problem}: the key that is being chosen
    pasted: "",
    awaits: false, // the pasted call, to show it
    wants: [], // messages that the state asks the socket to send
    prefs,
  };
}

/** Returns the state after `message`. */
export function reduce(state, message) {
  const handler = Object.hasOwn(HANDLERS, message.type) ? HANDLERS[message.type] : null;
  return handler ? found(state, handler(state, message)) : state; // unknown ones are of a newer box
}

/** Returns whether the agent has not finished with a call. */
export function unfinished(state, id) {
  const { record, summary } = state.drafts[id] ?? {};
  const isAccepted = record?.accepted || (record?.status === "failed" && summary?.accepted);
  return state.calls[id].ended && record?.status !== "no_content" && !isAccepted;
}

const HANDLERS = {
  ...asks,
  ...drafts,

  welcome(before, message) {
    // Another person may have logged in on this PC: what the one before saw and wrote is not theirs.
    const isOther = before.operator && before.operator.name !== message.operator.name;
    const { now, skew, link, prefs, page } = before;
    const kept = isOther ? { ...fresh(prefs, page), now, skew, link } : before;
    const state = message.calls.reduce(restarted, kept);
    const told = message.calls.map((call) => [call.consultation_id, call]);
    const isRestart = Boolean(state.run) && state.run !== message.run;
    const isKept = (id) => hasText(state, id) || (isRestart && isOffered(state, id));
    const left = state.order.filter((id) => !told.some(([other]) => other === id) && isKept(id));
    const calls = Object.fromEntries([
      ...left.map((id) => [id, { ...state.calls[id], gone: true, partial: "" }]),
      ...told,
    ]);
    let next = {
      ...state,
      operator: message.operator,
      settings: message.settings,
      release: message.release,
      run: message.run,
      calls,
      order: Object.keys(calls),
      // What was being written before is whole by now, or never will be.
      drafts: Object.fromEntries(
        Object.entries(state.drafts).map(([id, draft]) => [id, { ...draft, writing: "", asked: false }]),
      ),
      opening: {},
      wants: [...state.wants, ...editing(state, told.map(([id]) => id)), ...Object.values(state.pending)],
    };
    if (!calls[next.current]) next = show(next, next.order.at(-1) ?? null);
    for (const draft of message.drafts) next = keep(next, draft);
    return snapshot(next, message.asks);
  },

  "call.opened"(before, { call }) {
    const id = call.consultation_id;
    const state = restarted(before, call);
    const isNew = !state.order.includes(id);
    const next = {
      ...state,
      opening: without(state.opening, id),
      calls: { ...state.calls, [id]: call },
      order: isNew ? [...state.order, id] : state.order,
    };
    const isAwaited = state.awaits && call.source === "paste";
    if (isNew && isAwaited) return show({ ...next, awaits: false }, id);
    return isNew && isFree(state) ? show(next, id) : next;
  },

  "call.text"(state, message) {
    const id = message.consultation_id;
    const call = state.calls[id];
    const isGap = !call || message.from > call.utterances.length || message.received < call.received;
    // Lines may come faster than the answer: a long call that is asked for by each of them is a flood.
    if (isGap && state.opening[id]) return state;
    if (isGap) {
      const next = { ...state, opening: { ...state.opening, [id]: true } };
      return want(next, { type: "open", consultation_id: id });
    }
    const utterances = [...call.utterances.slice(0, message.from), ...message.utterances];
    const { received, partial } = message;
    const next = put(state, "calls", id, { received, partial, utterances });
    if (id !== state.current || state.bottom) return next;
    const more = Math.max(0, utterances.length - call.utterances.length);
    return { ...next, unread: state.unread + more };
  },

  "call.ended"(state, { consultation_id: id }) {
    if (!state.calls[id]) return state;
    return say(put(state, "calls", id, { ended: true, partial: "" }), "ended", id);
  },

  "call.closed"(before, { consultation_id: id }) {
    const state = { ...before, opening: without(before.opening, id) };
    if (!state.calls[id]) return state;
    if (hasText(state, id)) return forgotten(put(state, "calls", id, { gone: true, partial: "" }), id);
    return removed(state, id);
  },

  notice(before, message) {
    const state = { ...before, opening: without(before.opening, message.consultation_id) };
    const { text, retry_after: wait, consultation_id: id, ask_id } = message;
    if (ask_id) return refused(state, message);
    const sent = Object.values(state.pending).find((one) => one.consultation_id === id);
    if (sent && !state.drafts[id]?.asked) {
      const pending = without(state.pending, sent.draft_id);
      const code = message.code === "not-found" ? "no-draft" : message.code;
      return note({ ...state, pending }, { ...message, code }, "notAccepted");
    }
    if (id && wait) {
      const next = put(state, "busy", id, { until: state.now + wait, text });
      return state.drafts[id] ? put(next, "drafts", id, { asked: false }) : next;
    }
    return note(state, message);
  },

  beat(state, { at }) {
    const skew = at - (state.now - state.skew);
    return Math.abs(skew - state.skew) < 2 ? state : { ...state, skew }; // the clock does not jump
  },

  "ui.tick"(state, { now }) {
    return { ...state, now: now + state.skew };
  },

  "ui.link"(state, { status, code, retry }) {
    const was = state.link.status;
    if (status === "connecting") return state; // what was wrong is said until it is right
    const next = { ...state, link: { status, code, retry } };
    return was === status || was === "connecting" ? next : say(next, status);
  },

  "ui.select"(state, { id }) {
    return state.calls[id] ? show(state, id) : state;
  },

  "ui.step"(state, { by }) {
    const at = state.order.indexOf(state.current);
    const id = state.order[at + by];
    return id ? show(state, id) : state;
  },

  "ui.tab": (state, { tab }) => ({ ...state, tab }),

  "ui.light"(state, { from, utterances }) {
    if (!utterances.length) return say({ ...state, light: { from, utterances } }, "noEvidence");
    const next = { ...state, light: { from, utterances }, tab: "talk" };
    return say(next, "evidence", utterances.map((at) => at + 1).join(", "));
  },

  // The other way: which sentences rest on an utterance.
  "ui.used": (state, { at }) => ({ ...state, light: { from: null, utterances: [at] }, tab: "notes" }),

  "ui.dark": (state) => ({ ...state, light: null }),

  "ui.find"(state, { text, by = 0 }) {
    if (text === null) return { ...state, find: null };
    const found = hits(state, text);
    const at = !found.length || by === 0 ? 0 : (state.find.at + by + found.length) % found.length;
    return { ...state, find: { text, at, hits: found }, tab: "talk" };
  },

  "ui.scrolled": (state, { bottom }) => ({ ...state, bottom, unread: bottom ? 0 : state.unread }),

  "ui.dialog": (state, { dialog }) => ({ ...state, dialog, setting: null }),

  "ui.setKey": (state, { name }) => ({ ...state, setting: name && { name, problem: null } }),

  "ui.key"(state, { key }) {
    const { prefs, setting } = state;
    const problem = refusal(key, keysOf(prefs.own), setting.name);
    if (problem) return { ...state, setting: { ...setting, problem: { ...problem, key } } };
    return { ...state, setting: null, prefs: { ...prefs, own: { ...prefs.own, [setting.name]: key } } };
  },

  "ui.login": (state, { problem }) => ({ ...state, login: problem }),

  "ui.pasted": (state, { text }) => ({ ...state, pasted: text }),

  "ui.paste": (state) => ({ ...state, pasted: "", awaits: true, dialog: null }),

  "ui.say": (state, { code, detail }) => say(state, code, detail),

  "ui.forget": (state, { id }) => (state.calls[id]?.gone ? removed(state, id) : state),

  "ui.dismiss": (state, { code }) => ({
    ...state,
    notices: state.notices.filter((notice) => notice.code !== code),
  }),

  "ui.pref": (state, { name, value }) => ({ ...state, prefs: { ...state.prefs, [name]: value } }),

  "ui.sent": (state) => ({ ...state, wants: [] }),
};

function note(state, { code, text, level }, what = "") {
  const others = state.notices.filter((notice) => notice.code !== code);
  return { ...state, notices: [...others, { code, text, level, what }].slice(-3) };
}

// What the agent wrote outlives the call it is about.
function hasText(state, id) {
  const edit = state.edits[id];
  return Boolean(edit?.summary || edit?.record || state.typed[id]);
}

/** Returns whether a call has a record that is not accepted yet. It is on the box's disk. */
export function isOffered(state, id) {
  const record = state.drafts[id]?.record;
  return record?.status === "success" && !record.accepted;
}

function removed(state, id) {
  const order = state.order.filter((other) => other !== id);
  const next = { ...state, order };
  for (const table of ["calls", "drafts", "edits", "dropped", "asks", "typed", "busy"]) {
    next[table] = without(next[table], id);
  }
  return state.current === id ? show(next, order.at(-1) ?? null) : next;
}

function show(state, id) {
  if (id === state.current) return state;
  return { ...state, current: id, light: null, find: null, bottom: true, unread: 0 };
}

// A new call comes to the front if no work is cut short by it.
function isFree(state) {
  const id = state.current;
  if (!id || !state.calls[id]) return true;
  return state.calls[id].ended && !hasText(state, id) && !unfinished(state, id);
}

// What is searched grows: the place that is shown stays, or is the next one.
function found(before, state) {
  const { find, current } = state;
  if (!find?.text || state.calls[current]?.utterances === before.calls[current]?.utterances) return state;
  const now = hits(state, find.text);
  const at = now.findIndex((one) => one >= (find.hits[find.at] ?? 0));
  return { ...state, find: { ...find, hits: now, at: at < 0 ? Math.max(0, now.length - 1) : at } };
}

/** Returns the indices of the current call's utterances that have `text`. */
export function hits(state, text) {
  const wanted = text.toLowerCase();
  const utterances = state.calls[state.current]?.utterances ?? [];
  if (!wanted) return [];
  return utterances.flatMap((one, at) => (one.text.toLowerCase().includes(wanted) ? [at] : []));
}
