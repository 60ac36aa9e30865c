// The record of an ended call: three items, each accepted or left out.

import { h } from "../dom.js";
import { FIELDS } from "../drafts.js";
import { prose, warning } from "./prose.js";
import { buttons, field, waiting } from "./summary.js";

/** Returns the record, or what there is to say instead of it; null while the call goes on. */
export function record(state, call, t) {
  const { record: draft, newer } = state.drafts[state.current] ?? {};
  if (!draft && !call.ended) return null;
  const edit = state.edits[state.current]?.record;
  const isDone = draft?.accepted && !edit;
  return h(
    "article",
    { class: "card" },
    h(
      "header",
      null,
      h("h2", null, t.record),
      draft?.status === "success" && h("span", { class: "label" }, isDone ? t.accepted : t.draft),
      draft && h("span", { class: "quiet" }, edit ? t.edited : t.ago(state.now - (draft.accepted?.at ?? draft.at))),
    ),
    draft ? written(state, { draft, edit, newer }, t) : h("p", { class: "quiet" }, t.recording),
  );
}

function written(state, { draft, edit, newer }, t) {
  if (draft.status === "no_content") return h("p", { class: "quiet" }, t.noContent);
  if (draft.status === "failed") {
    const { code, detail } = draft.error ?? {};
    return [h("p", { class: "warn" }, t.recordFailed), h("p", { class: "quiet" }, t.recordErrors[code] ?? detail)];
  }
  const doubts = FIELDS.reduce((sum, name) => sum + (draft.fields[name].unsupported?.length ?? 0), 0);
  return [
    h("div", { class: "items" }, FIELDS.map((name) => item(state, { name, draft, edit }, t))),
    !edit && !draft.accepted && [warning(doubts, t), flags(draft, t)],
    draft.titles?.descriptive && h("p", { class: "quiet" }, draft.titles.descriptive),
    draft.keywords?.length > 0 && h("p", { class: "quiet" }, `${t.keywords}: ${draft.keywords.join(", ")}`),
    newer?.record && waiting(draft, edit, "record", t),
    buttons(state, { kind: "record", draft, edit }, t),
  ];
}

// What was found wrong with the whole; parts without evidence are marked in the text.
function flags({ flags: found }, t) {
  const texts = new Set((found ?? []).filter((flag) => Object.hasOwn(t.flags, flag)).map((flag) => t.flags[flag]));
  return [...texts].map((text) => h("p", { class: "warn" }, h("span", { "aria-hidden": "true" }, "⚠ "), text));
}

function item(state, { name, draft, edit }, t) {
  const id = state.current;
  const isDropped = Boolean(state.dropped[id]?.[name]);
  const { text, links, unsupported } = draft.fields[name];
  const given = draft.accepted?.content;
  const isDone = given && !edit;
  const label = t[name];
  let body = h("p", { class: "prose" }, prose(text, { links, unsupported, from: `${draft.draft_id}-${name}`, state, t }));
  if (edit) body = field("record", name, edit[name], label);
  else if (given) body = h("p", { class: "prose" }, given[name] ?? "–");
  return h(
    "div",
    { key: name, class: isDropped && !isDone ? "item dropped" : "item" },
    h(
      "label",
      null,
      !isDone &&
        h("input", {
          type: "checkbox",
          checked: !isDropped,
          "aria-label": t.keep(label),
          "data-do": "drop",
          "data-field": name,
        }),
      h("span", null, label),
    ),
    body,
  );
}
