// The draft of the summary: shown, edited, accepted.

import { h } from "../dom.js";
import { kindOf } from "../drafts.js";
import { beside } from "../keys.js";
import { button, label, prose, warning } from "./prose.js";

/** Returns the column of the summary and, at the end of the call, the record. */
export function notes(state, t, record) {
  const call = state.calls[state.current];
  return h(
    "section",
    { class: "notes", "aria-labelledby": "notes-head", id: "notes", tabindex: "-1" },
    call ? [summary(state, call, t), record(state, call, t)] : h("h2", { id: "notes-head", class: "quiet" }, t.notes),
  );
}

function summary(state, call, t) {
  const id = state.current;
  const { summary: draft, writing = "", asked, newer } = state.drafts[id] ?? {};
  const edit = state.edits[id]?.summary;
  // A rolling draft is written behind the one that is read; one that was asked for is shown.
  const isShown = writing && !edit && (!draft || asked) && !draft?.accepted;
  return h(
    "article",
    { class: "card", "aria-busy": String(Boolean(writing)) },
    h(
      "header",
      null,
      h("h2", { id: "notes-head" }, t.notes),
      draft && whose(draft, edit, t),
      h("span", { class: "quiet" }, status(state, { draft, writing, edit }, t)),
      button(t.summarise, "summarise", { disabled: Boolean(call.gone) }, beside(state, "summarise")),
    ),
    busy(state, id, t),
    isShown ? h("p", { class: "prose" }, writing) : body(state, { draft, edit }, t),
    !edit && !isShown && draft && remarks(draft, t),
    newer?.summary && waiting(draft, edit, "summary", t),
    draft && buttons(state, { kind: "summary", draft, edit }, t),
  );
}

// Whose text it is: a person's once it is accepted.
function whose(draft, edit, t) {
  return draft.accepted && !edit ? h("span", { class: "label" }, t.accepted) : label(draft.model, t);
}

function status(state, { draft, writing, edit }, t) {
  if (edit) return t.edited;
  if (writing) return t.writing;
  if (draft?.accepted) return t.ago(state.now - draft.accepted.at);
  return draft ? t.ago(state.now - draft.at) : "";
}

function busy(state, id, t) {
  const wait = state.busy[id];
  if (!wait || wait.until <= state.now) return null;
  return h("p", { class: "remark" }, t.busy(Math.ceil(wait.until - state.now)));
}

function body(state, { draft, edit }, t) {
  if (!draft) return h("p", { class: "quiet" }, t.noSummary);
  if (edit) return field("summary", "text", edit.text, t.summaryText);
  if (draft.accepted) return h("p", { class: "prose" }, draft.accepted.text);
  const { links, unsupported, text } = draft;
  return h("p", { class: "prose" }, prose(text, { links, unsupported, from: draft.draft_id, state, t }));
}

/** Returns a text field of a draft that is being edited. */
export function field(kind, name, text, label) {
  return h("textarea", {
    key: `edit-${kind}-${name}`,
    id: `edit-${kind}-${name}`,
    rows: Math.min(12, Math.max(3, Math.ceil(text.length / 26) + text.split("\n").length - 1)),
    value: text,
    spellcheck: "false",
    "aria-label": label,
    "data-kind": kind,
    "data-field": name,
  });
}

function remarks({ status: how, input, unsupported, accepted }, t) {
  return [
    how === "fallback" && h("p", { class: "remark" }, t.fallback),
    how === "partial" && h("p", { class: "remark" }, t.partial),
    input?.truncated &&
      h("p", { class: "remark" }, t.truncated(input.characters_used.toLocaleString(), input.characters.toLocaleString())),
    !accepted && warning(unsupported?.length ?? 0, t),
  ];
}

/** Returns the line that says that another draft waits. */
export function waiting(draft, edit, kind, t) {
  return h(
    "p",
    { class: "remark" },
    edit ? t.newDraft : t.newAfter,
    " ",
    button(t.take, "take", { kind }),
  );
}

/** Returns the buttons of a draft. */
export function buttons(state, { kind, draft, edit }, t) {
  const isMain = kindOf(state, state.current) === kind;
  const isSent = Boolean(state.pending[draft.draft_id]);
  const isDone = draft.accepted && !edit;
  return h(
    "footer",
    null,
    isSent && h("p", { class: "quiet" }, state.link.status === "open" ? t.saving : t.waiting),
    !isDone && button(t.accept, "accept", { kind, primary: isMain }, isMain ? "Ctrl+Enter" : ""),
    button(t.copy, "copy", { kind }, isMain && !edit ? beside(state, "copy") : ""),
    edit ? button(t.leave, "leaveEdit", { kind }) : button(t.edit, "edit", { kind }, isMain ? beside(state, "edit") : ""),
  );
}

/** Returns the summary in one line, which a narrow screen has always on top. */
export function line(state, t) {
  const { summary: draft } = state.drafts[state.current] ?? {};
  const text = draft?.accepted?.text ?? draft?.text;
  return h("p", { class: "line" }, text ? [whose(draft, null, t), text] : t.noSummary);
}
