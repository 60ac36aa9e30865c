// The call, growing. An utterance's node is kept while nothing of it changes: 3,000 cost nothing.

import { h } from "../dom.js";
import { beside } from "../keys.js";
import { finds, inUnits, pieces } from "../text.js";
import { button, speaker } from "./prose.js";

const kept = new WeakMap();

/** Returns the column with the call's utterances. */
export function transcript(state, t) {
  const call = state.calls[state.current];
  return h(
    "section",
    { class: "talk", "aria-labelledby": "talk-head" },
    h("header", null, h("h2", { id: "talk-head" }, t.talk), call && search(state, t)),
    call ? log(state, call, t) : nothing(t),
    state.unread > 0 && h("div", { class: "fresh" }, button(`${t.unread(state.unread)} ↓`, "bottom")),
  );
}

function search(state, t) {
  const { find } = state;
  if (!find) return button(t.find, "find", {}, beside(state, "find"));
  const at = find.hits.length ? find.at + 1 : 0;
  return h(
    "div",
    { class: "find" },
    h("input", {
      id: "find",
      type: "search",
      value: find.text,
      "aria-label": t.findIn,
      placeholder: t.findIn,
      autocomplete: "off",
    }),
    h("output", { for: "find" }, find.text && t.found(at, find.hits.length)),
    button("×", "unfind", { label: "×" }),
  );
}

function log(state, call, t) {
  const lit = new Set(state.light?.utterances);
  const used = sources(state);
  const hit = state.find?.hits[state.find.at];
  const found = new Set(state.find?.hits);
  const rows = call.utterances.map((one, at) => {
    const has = found.has(at) ? state.find.text : "";
    return row(one, at, { lit: lit.has(at), used: used.has(at), hit: hit === at, has }, t);
  });
  const isEmpty = !rows.length && !call.partial;
  return h(
    "div",
    { class: "log", id: "log", role: "log", tabindex: "0", "aria-live": "off", "aria-label": t.talk },
    isEmpty && h("p", { class: "quiet" }, t.noTalk),
    h("div", { class: "rows" }, rows),
    call.partial &&
      h("p", { class: "partial" }, call.partial, h("small", null, ` ${t.hearing}`)),
  );
}

// The utterances that a sentence of a draft rests on.
function sources(state) {
  const { summary, record } = state.drafts[state.current] ?? {};
  const links = [summary?.links, ...Object.values(record?.fields ?? {}).map((field) => field.links)];
  return new Set(links.flat().flatMap((link) => link?.utterances ?? []));
}

function row(one, at, how, t) {
  const flags = `${at} ${how.lit} ${how.used} ${how.hit} ${how.has}`;
  const last = kept.get(one);
  if (last?.flags === flags) return last.node;
  const who = speaker(one.speaker, t);
  const names = ["row", one.speaker, how.lit && "lit", how.hit && "hit"];
  const node = h(
    "p",
    { key: at, id: `u-${at}`, class: names.filter(Boolean).join(" ") },
    how.used
      ? h(
          "button",
          { type: "button", class: "who", tabindex: "-1", "data-do": "used", "data-at": at, title: t.evidenceOf },
          who,
          h("span", { class: "ear" }, `, ${t.used(at + 1)}`),
        )
      : h("span", { class: "who" }, who),
    h("span", { class: "said" }, words(one, how.has, t)),
  );
  kept.set(one, { flags, node });
  return node;
}

function words(one, wanted, t) {
  const marks = inUnits(one.text, one.marks).map((mark) => ({ ...mark, mark: true }));
  const places = finds(one.text, wanted);
  const parts = [];
  let at = 0;
  for (const mark of marks.sort((first, second) => first.start - second.start)) {
    if (mark.start < at) continue;
    parts.push(...plain(one.text.slice(at, mark.start), places, at));
    const title = t.copyThis(mark.copy);
    parts.push(
      h(
        "button",
        { type: "button", class: `mark ${mark.kind}`, tabindex: "-1", title, "data-do": "copyMark", "data-copy": mark.copy },
        plain(one.text.slice(mark.start, mark.end), places, mark.start),
      ),
    );
    at = mark.end;
  }
  parts.push(...plain(one.text.slice(at), places, at));
  return parts;
}

function plain(text, places, from) {
  return pieces(text, places, from).map(({ text: piece, has }) => (has.length ? h("mark", null, piece) : piece));
}

function nothing(t) {
  return h(
    "div",
    { class: "nothing" },
    h("p", null, t.noCall),
    h("p", { class: "quiet" }, t.noCallHint),
    button(t.paste, "paste"),
  );
}
