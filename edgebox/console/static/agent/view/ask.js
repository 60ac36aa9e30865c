// Questions about the call, and what was found, said and answered.

import { h } from "../dom.js";
import { beside } from "../keys.js";
import { blocks } from "../markdown.js";
import { inUnits } from "../text.js";
import { button, doubtful, hint, label, speaker, told, warning } from "./prose.js";

/** Returns the column of the questions. */
export function asks(state, t) {
  const id = state.current;
  const list = state.asks[id] ?? [];
  const text = state.typed[id] ?? "";
  const isClosed = !id || state.link.status !== "open" || Boolean(state.calls[id]?.gone);
  return h(
    "section",
    { class: "asks", "aria-labelledby": "asks-head" },
    h("header", null, h("h2", { id: "asks-head" }, t.asks), hint(beside(state, "question"))),
    h(
      "div",
      { class: "box" },
      h("textarea", {
        id: "question",
        rows: 3,
        maxlength: 2000,
        value: text,
        disabled: !id,
        "aria-label": t.asks,
        placeholder: id ? t.askHint : t.askNoCall,
      }),
      button(t.ask, "ask", { disabled: isClosed || !text.trim(), primary: true }, "Enter"),
    ),
    h("div", { class: "answers", id: "answers", tabindex: "0", role: "group", "aria-label": t.answers },
      list.map((ask) => answer(state, ask, t))),
  );
}

function answer(state, ask, t) {
  const isRunning = ask.state === "running";
  const { done } = ask;
  const nothing = done?.status === "no_evidence";
  return h(
    "article",
    { key: ask.ask_id, class: "card ask", "aria-busy": String(isRunning) },
    h("h3", null, ask.question),
    ask.citations.length > 0 && evidence(ask, nothing ? t.nearest : t.found1, t),
    ask.ack && !ask.text && h("p", { class: "quiet" }, ask.ack.text),
    done && heading(state, done, t),
    ask.text && h("div", { class: "prose" }, markdown(ask, t)),
    done && warning(done.grounding?.unsupported?.length ?? 0, t),
    isRunning && h("p", { class: "quiet" }, t.answering),
    ending(state, ask, t),
    h("footer", null, foot(state, ask, t)),
  );
}

function heading(state, done, t) {
  const { status, answer: given, cached, error } = done;
  const remarks = [
    status === "no_evidence" && t.noEvidence,
    status === "no_content" && t.noContent,
    status === "failed" && `${t.failed} ${error ? told({ code: error.type?.split("/").at(-1), text: error.detail }, t) : ""}`,
    status === "fallback" && given?.by !== "extractive" && t.standIn,
    status === "partial" && t.cut,
    given?.source === "general" && t.general,
    cached && t.cached(t.ago(done.age_seconds ?? 0)),
  ];
  return [
    given && status !== "no_evidence" && label(given.by, t),
    remarks.filter(Boolean).map((text) => h("p", { class: "remark" }, text)),
  ];
}

function ending(state, ask, t) {
  const wait = ask.until ? Math.ceil(ask.until - state.now) : 0;
  const text = { stopped: t.stopped, lost: t.lostAsk, refused: ask.refusal && t.refusedAsk(told(ask.refusal, t), wait) }[ask.state];
  return text && h("p", { class: "remark" }, text);
}

function evidence(ask, label, t) {
  return h(
    "div",
    { class: "evidence" },
    h("p", { class: "quiet" }, label),
    h(
      "ul",
      null,
      ask.citations.map((one) =>
        h("li", { key: one.n }, h(
          "button",
          { type: "button", "data-do": "light", "data-from": `${ask.ask_id}-${one.n}`, "data-at": one.utterance },
          h("b", null, `[${one.n}]`),
          h("span", { class: "who" }, speaker(one.speaker, t)),
          h("span", { class: "said" }, one.text),
        )),
      ),
    ),
  );
}

function foot(state, ask, t) {
  if (ask.state === "running") return button(t.stop, "stop", { id: ask.ask_id }, "Esc");
  const isAnswer = ask.done?.answer;
  return [
    isAnswer && button(t.copy, "copyAnswer", { id: ask.ask_id }),
    button(t.again, "again", { id: ask.ask_id }),
    isAnswer && ["up", "down"].map((rating) => thumb(ask, rating, t)),
    ask.rating === "up" && h("span", { class: "quiet" }, t.thanks),
    ask.rating === "down" && reasons(ask, t),
  ];
}

function thumb(ask, rating, t) {
  return h(
    "button",
    {
      type: "button",
      class: `thumb ${rating}`,
      "aria-pressed": String(ask.rating === rating),
      "data-do": "rate",
      "data-id": ask.ask_id,
      "data-rating": rating,
    },
    t[rating],
  );
}

function reasons(ask, t) {
  if (ask.reason) return h("span", { class: "quiet" }, t.thanks);
  return h(
    "div",
    { class: "reasons", role: "group", "aria-label": t.why },
    h("span", { class: "quiet" }, t.why),
    Object.entries(t.reasons).map(([reason, text]) => button(text, "rate", { id: ask.ask_id, rating: "down", reason })),
  );
}

// Only what comes after the last whole block is rendered again.
const kept = new Map();

function markdown(ask, t) {
  const spans = inUnits(ask.text, ask.done?.grounding?.unsupported);
  const utterances = new Map(ask.citations.map((one) => [Number(one.n), one.utterance]));
  const flags = JSON.stringify([spans, ask.citations.length]);
  let last = kept.get(ask.ask_id);
  if (last?.flags !== flags) last = { flags, nodes: [] };
  if (kept.size > 50) kept.clear();
  kept.set(ask.ask_id, last);
  const found = blocks(ask.text);
  last.nodes.length = Math.min(last.nodes.length, found.length);
  return found.map((block, place) => {
    const old = last.nodes[place];
    if (old?.raw === block.raw) return old.node;
    const node = whole(block, { spans, utterances, ask, t });
    last.nodes[place] = { raw: block.raw, node };
    return node;
  });
}

function whole(block, how) {
  if (!block.items) return h({ p: "p", h2: "h4", h3: "h5" }[block.kind], null, runs(block.runs, how));
  return h(block.kind, null, block.items.map((item) => entry(item, how)));
}

function entry(item, how) {
  const inner = item.items.length > 0 && h(item.items[0].kind, null, item.items.map((one) => entry(one, how)));
  return h("li", null, runs(item.runs, how), inner);
}

const LONGEST_TIED = 24; // characters: a longer word may be wider than the column

function runs(list, how) {
  const { spans, t } = how;
  return list.flatMap((run, place) => {
    const { kind, text, at } = run;
    if (kind === "break") return h("br");
    if (kind === "cite") return cutOf(list[place - 1], run) < 0 ? citation(run, how) : [];
    const cite = list[place + 1];
    const cut = cutOf(run, cite);
    if (cut < 0) {
      const inner = doubtful(text, spans, t, at);
      return kind === "text" ? inner : h(kind, null, inner);
    }
    const last = text.slice(cut).replace(/ $/, "\u00a0");
    return [
      doubtful(text.slice(0, cut), spans, t, at),
      h("span", { class: "tied" }, doubtful(last, spans, t, at + cut), citation(cite, how)),
    ];
  });
}

// Where the last word before a citation begins, with which it stays on one line; -1: with none.
function cutOf(run, cite) {
  if (run?.kind !== "text" || cite?.kind !== "cite") return -1;
  const cut = run.text.trimEnd().lastIndexOf(" ") + 1;
  return run.text.length - cut > LONGEST_TIED ? -1 : cut;
}

function citation({ text }, { utterances, ask, t }) {
  if (!utterances.has(Number(text))) return `[${text}]`;
  const data = { from: `${ask.ask_id}-${text}`, at: utterances.get(Number(text)) };
  return h(
    "button",
    { type: "button", class: "cite", title: t.cite(text), "data-do": "light", "data-from": data.from, "data-at": data.at },
    `[${text}]`,
  );
}
