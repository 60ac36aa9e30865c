// Drafts of the summary and of the record: a newer one never replaces what is being edited.

import { put, say, without } from "./table.js";

export const FIELDS = ["customer", "agent", "result"];

/** Returns which draft of a call keys mean: the record once there is one, else the summary. */
export function kindOf(state, id) {
  const draft = state.drafts[id];
  if (draft?.record?.status === "success") return "record";
  return draft?.summary ? "summary" : null;
}

/** Returns what the agent would accept now: `{text}` or the ticked fields of the record. */
export function content(state, id, kind) {
  const draft = state.drafts[id][kind];
  const edit = state.edits[id]?.[kind];
  if (kind === "summary") return { text: edit?.text ?? draft.accepted?.text ?? draft.text };
  const kept = FIELDS.filter((field) => !state.dropped[id]?.[field]);
  const was = draft.accepted?.content;
  return Object.fromEntries(
    kept.map((field) => [field, edit?.[field] ?? was?.[field] ?? draft.fields[field].text]),
  );
}

/** Returns the state with a draft of the box, shown or waiting behind the agent's own text. */
export function keep(state, draft) {
  const { consultation_id: id, kind, draft_id } = draft;
  const old = state.drafts[id] ?? {};
  const now = old[kind];
  const isOther = now && now.draft_id !== draft_id;
  const edit = state.edits[id]?.[kind];
  const isGone = edit && old.gone === now?.draft_id;
  const held = isOther && !isGone && (edit || (now.accepted && !draft.accepted));
  if (held) {
    return put(state, "drafts", id, { newer: { ...old.newer, [kind]: draft }, writing: "", asked: false });
  }
  const next = put(state, "drafts", id, {
    [kind]: draft,
    newer: { ...old.newer, [kind]: null },
    ...(kind === "summary" && { writing: "", asked: false }),
  });
  const seen = put(next, "seen", draft_id, { at: state.seen[draft_id]?.at ?? state.now });
  if (!isOther || !isGone) return seen;
  const moved = change(seen, id, kind, { ...edit, draft_id });
  return { ...moved, wants: [...moved.wants, ...editing(moved, [id])] };
}

/**
 * Returns the state before a call that the box began anew, after a restart: the draft that is being
 * edited is unknown to it, and the text goes on with its next one.
 */
export function restarted(state, { consultation_id: id, started_at }) {
  const known = state.calls[id];
  const draft = state.drafts[id]?.summary;
  const isAnother = known && (known.gone || known.started_at !== started_at);
  if (!isAnother || !draft || draft.accepted) return state;
  return put(state, "drafts", id, { gone: draft.draft_id });
}

/** Returns the messages that have the box keep the drafts of these calls that are being edited. */
export function editing(state, ids) {
  const edited = ids.filter((id) => state.edits[id]?.summary && state.drafts[id].gone !== state.drafts[id].summary.draft_id);
  return edited.map((id) => ({
    type: "edit",
    consultation_id: id,
    draft_id: state.drafts[id].summary.draft_id,
  }));
}

function change(state, id, kind, changes) {
  return put(state, "edits", id, { [kind]: changes });
}

export const drafts = {
  "summary.delta"(state, { consultation_id: id, text, begins }) {
    const before = begins ? "" : (state.drafts[id]?.writing ?? "");
    return put(state, "drafts", id, { writing: before + text });
  },

  "summary.done"(state, { draft }) {
    const id = draft.consultation_id;
    const isAsked = state.drafts[id]?.asked;
    const next = keep({ ...state, busy: without(state.busy, id) }, draft);
    return isAsked ? say(next, "summarised") : next;
  },

  "record.done"(state, { draft }) {
    return say(keep(state, draft), "recorded", draft.consultation_id);
  },

  accepted(state, { consultation_id: id, draft_id, at }) {
    const { [draft_id]: sent, ...pending } = state.pending;
    const kind = ["summary", "record"].find((one) => state.drafts[id]?.[one]?.draft_id === draft_id);
    // Another screen of this person accepted it, perhaps with other words: only the box has them.
    if (!kind || !sent) {
      return { ...state, wants: [...state.wants, { type: "open", consultation_id: id }] };
    }
    const draft = state.drafts[id][kind];
    const given = sent.content;
    const accepted = kind === "summary" ? { at, text: given.text } : { at, content: given };
    const next = put({ ...state, pending }, "drafts", id, { [kind]: { ...draft, accepted } });
    // Words typed after the acceptance was sent are another edit.
    const isSame = JSON.stringify(content(state, id, kind)) === JSON.stringify(given);
    return say(isSame ? change(next, id, kind, null) : next, "accepted");
  },

  "ui.summarise": (state, { id }) => put(state, "drafts", id, { asked: true, writing: "" }),

  "ui.edit"(state, { id, kind }) {
    const draft = state.drafts[id][kind];
    const given = kind === "summary" ? content(state, id, kind) : content({ ...state, dropped: {} }, id, kind);
    const next = { ...state, tab: "notes" };
    if (state.edits[id]?.[kind]) return next;
    const edited = change(next, id, kind, { draft_id: draft.draft_id, ...given });
    return { ...edited, wants: [...next.wants, ...editing(edited, [id])] };
  },

  "ui.edited": (state, { id, kind, field, text }) =>
    change(state, id, kind, { ...state.edits[id][kind], [field]: text }),

  "ui.drop"(state, { id, field }) {
    return put(state, "dropped", id, { [field]: !state.dropped[id]?.[field] });
  },

  "ui.leave"(state, { id, kind }) {
    return release(change(state, id, kind, null), id, kind);
  },

  "ui.take"(state, { id, kind }) {
    return release(change(state, id, kind, null), id, kind);
  },

  "ui.accept": (state, { message }) => ({
    ...state,
    pending: { ...state.pending, [message.draft_id]: message },
    wants: [...state.wants, message],
  }),
};

// Shows the draft that waited, where there is one.
function release(state, id, kind) {
  const waiting = state.drafts[id].newer?.[kind];
  if (!waiting) return state;
  const next = put(state, "drafts", id, { [kind]: waiting, newer: { ...state.drafts[id].newer, [kind]: null } });
  return put(next, "seen", waiting.draft_id, { at: state.now });
}
