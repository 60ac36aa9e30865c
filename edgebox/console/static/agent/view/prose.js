// Text of a model: sentences that lead to their utterances, and what nothing bears out.

import { h } from "../dom.js";
import { inUnits, pieces } from "../text.js";

/** Returns a text without evidence, marked where the call does not bear it out. */
export function doubtful(text, spans, t, from = 0) {
  return pieces(text, spans, from).map((piece) => {
    const doubt = piece.has.find((span) => span.kind);
    if (!doubt) return piece.text;
    const isEnd = piece.start + piece.text.length === doubt.end;
    return h(
      "span",
      { class: "doubt" },
      piece.start === doubt.start && h("span", { class: "sign", "aria-hidden": "true" }, "⚠\u00a0"),
      piece.text,
      isEnd && h("small", null, t.doubt),
    );
  });
}

/**
 * Returns a draft's text: a sentence of `links` lights its utterances, and is lit if it rests on
 * one that is. `from` names the text.
 */
export function prose(text, { links, unsupported, from, state, t }) {
  const spans = inUnits(text, unsupported);
  const linked = inUnits(text, links).sort((one, other) => one.start - other.start);
  const parts = [];
  let at = 0;
  for (const link of linked) {
    if (link.start < at) continue; // of two that overlap, the first
    if (link.start > at) parts.push(...doubtful(text.slice(at, link.start), spans, t, at));
    parts.push(sentence(text.slice(link.start, link.end), link, { spans, from, state, t }));
    at = link.end;
  }
  parts.push(...doubtful(text.slice(at), spans, t, at));
  return parts;
}

function sentence(text, link, { spans, from, state, t }) {
  const name = `${from}-${link.start}`;
  const { light } = state;
  const isLit = light?.from === name || (light?.from === null && link.utterances.includes(light.utterances[0]));
  return h(
    "span",
    {
      class: isLit ? "sentence lit" : "sentence",
      role: "button",
      tabindex: "0",
      id: `s-${name}`,
      title: t.evidenceOf,
      "aria-pressed": String(isLit),
      "data-do": "light",
      "data-from": name,
      "data-at": link.utterances.join(" "),
    },
    doubtful(text, spans, t, link.start),
  );
}

/** Returns the line that says how much of a text is not borne out, or null. */
export function warning(n, t) {
  return n > 0 && h("p", { class: "warn" }, h("span", { "aria-hidden": "true" }, "⚠ "), t.doubts(n));
}

/** Returns the word for a speaker. */
export function speaker(name, t) {
  return ["customer", "agent", "system"].includes(name) ? t[name] : t.unknown;
}

/** Returns the label of what is not the person's own text. */
export function label(by, t) {
  return h("span", { class: "label" }, by === "extractive" ? t.excerpt : t.draft);
}

/** Returns what the box says, in this screen's language where it is known. */
export function told({ code, text }, t) {
  return Object.hasOwn(t.notices, code) ? t.notices[code] : text || t.notices["internal-error"];
}

/** Returns a button. `act` is its action, `data` what the action needs. */
export function button(label, act, data = {}, key = "") {
  const { disabled, primary, ...rest } = data;
  const shown = Object.fromEntries(Object.entries(rest).map(([name, value]) => [`data-${name}`, value]));
  return h(
    "button",
    { type: "button", class: primary ? "primary" : null, disabled, "data-do": act, ...shown },
    label,
    hint(key),
  );
}

/** Returns what says which key does the same, if there is one. */
export function hint(key) {
  return key && h("kbd", { "aria-hidden": "true" }, key);
}
