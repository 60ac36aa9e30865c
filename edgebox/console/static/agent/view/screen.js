// The whole screen as nodes: a function of the state and the words.

import { h } from "../dom.js";
import { asks } from "./ask.js";
import { banners, bar, calls, tabs } from "./calls.js";
import { dialog } from "./dialogs.js";
import { record } from "./record.js";
import { line, notes } from "./summary.js";
import { transcript } from "./transcript.js";

/** Returns the children of the screen's root. */
export function view(state, t) {
  return [
    bar(state, t),
    calls(state, t),
    banners(state, t),
    line(state, t),
    tabs(state, t),
    h("div", { class: `columns at-${state.tab}` }, transcript(state, t), notes(state, t, record), asks(state, t)),
    dialog(state, t),
  ].filter(Boolean);
}
