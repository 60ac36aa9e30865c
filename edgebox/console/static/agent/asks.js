// Questions about a call, newest first. Each is running, done, stopped, lost or refused.

import { say, want } from "./table.js";

/** Returns the question that is being answered, of all calls. */
export function running(state) {
  return Object.values(state.asks).flat().find((ask) => ask.state === "running") ?? null;
}

/** Returns the question of the box's id, or null. */
export function find(state, ask_id) {
  return Object.values(state.asks).flat().find((ask) => ask.ask_id === ask_id) ?? null;
}

function change(state, ask_id, changes) {
  const ask = find(state, ask_id);
  if (!ask) return state;
  const id = ask.consultation_id;
  const list = state.asks[id].map((one) => (one === ask ? { ...one, ...changes } : one));
  return { ...state, asks: { ...state.asks, [id]: list } };
}

/** Ends what runs: the box answers one question of an agent at a time. */
function stop(state, how) {
  const ask = running(state);
  return ask ? stop(change(state, ask.ask_id, { state: how }), how) : state;
}

function begun(state, { consultation_id: id, ask_id, question }) {
  const empty = { state: "running", citations: [], ack: null, text: "", done: null };
  const ask = { ...empty, ask_id, consultation_id: id, question, at: state.now };
  return { ...state, asks: { ...state.asks, [id]: [ask, ...(state.asks[id] ?? [])] } };
}

/** Returns the state after a call is gone: what is being answered about it has no answer. */
export function forgotten(state, id) {
  const ask = (state.asks[id] ?? []).find((one) => one.state === "running");
  return ask ? change(state, ask.ask_id, { state: "stopped" }) : state;
}

/** Returns the state with the questions of a snapshot; those it lacks were lost. */
export function snapshot(state, told) {
  const known = new Set(told.map((ask) => ask.ask_id));
  let next = state;
  for (const ask of told) {
    const id = ask.consultation_id;
    const mine = find(next, ask.ask_id);
    if (mine?.state === "stopped") {
      if (ask.state === "running") next = want(next, { type: "cancel", ask_id: ask.ask_id }); // not heard
      continue;
    }
    const whole = { ...mine, ...ask };
    const others = (next.asks[id] ?? []).filter((one) => one.ask_id !== ask.ask_id);
    const isOld = others.length < (next.asks[id] ?? []).length;
    const list = isOld
      ? next.asks[id].map((one) => (one.ask_id === ask.ask_id ? whole : one))
      : [whole, ...others];
    next = { ...next, asks: { ...next.asks, [id]: list } };
  }
  for (const ask of Object.values(next.asks).flat()) {
    if (ask.state === "running" && !known.has(ask.ask_id)) {
      next = change(next, ask.ask_id, { state: "lost" });
    }
  }
  return next;
}

/** Returns the state with a question that the box did not take. */
export function refused(state, { ask_id, code, text, retry_after }) {
  const ask = find(state, ask_id);
  if (!ask) return state;
  // Another screen of this person stopped it.
  if (code === "cancelled") return change(state, ask_id, { state: "stopped" });
  const until = retry_after ? state.now + retry_after : null;
  const next = change(state, ask_id, { state: "refused", refusal: { code, text }, until });
  return say(next, "refused");
}

export const asks = {
  "ui.typed": (state, { id, text }) => ({ ...state, typed: { ...state.typed, [id]: text } }),

  "ui.ask"(state, { id, ask_id, question }) {
    const next = begun(stop({ ...state, tab: "asks" }, "stopped"), { consultation_id: id, ask_id, question });
    return { ...next, typed: { ...next.typed, [id]: next.typed[id] === question ? "" : next.typed[id] } };
  },

  "ui.stop": (state, { ask_id }) => say(change(state, ask_id, { state: "stopped" }), "stopped"),

  "ui.rate": (state, { ask_id, rating, reason }) => change(state, ask_id, { rating, reason }),

  // Asked here, or on another screen of this person.
  "ask.start"(state, message) {
    const { ask_id, consultation_id: id, cached } = message;
    const isElsewhere = !find(state, ask_id) && state.calls[id];
    return change(isElsewhere ? begun(state, message) : state, ask_id, { cached });
  },

  "ask.evidence": (state, { ask_id, citations }) => change(state, ask_id, { citations }),

  "ask.ack"(state, { ask_id, text, by }) {
    const ask = find(state, ask_id);
    if (ask?.state !== "running") return state;
    return say(change(state, ask_id, { ack: { text, by } }), "told", text);
  },

  "ask.delta"(state, { ask_id, text }) {
    const ask = find(state, ask_id);
    return ask?.state === "running" ? change(state, ask_id, { text: ask.text + text }) : state;
  },

  "ask.done"(state, { ask_id, done }) {
    const ask = find(state, ask_id);
    if (!ask || ask.state === "stopped") return state;
    const next = change(state, ask_id, {
      state: "done",
      done,
      text: done.answer?.markdown ?? "",
      citations: done.citations,
      at: state.now,
    });
    return say(next, done.status === "failed" ? "failed" : "answered");
  },
};
