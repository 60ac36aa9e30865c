// The bar on top: who is here, whether the box is, which calls there are.

import { h } from "../dom.js";
import { beside } from "../keys.js";
import { isOffered, unfinished } from "../state.js";
import { button, hint, told } from "./prose.js";

/** Returns the first line of the screen. */
export function bar(state, t) {
  const { link: { status }, operator } = state;
  return h(
    "header",
    { class: status === "refused" ? "bar refused" : "bar" },
    h("h1", null, "EdgeBox", h("span", { class: "ear" }, ` ${t.screen}`)),
    operator && h("a", { class: "name", href: "/password" }, operator.display || operator.name),
    operator && operator.role !== "agent" && h("a", { href: "/review" }, t.records),
    h("p", { class: "status", role: "status" }, spoken(state, t)),
    h("span", { class: `link ${status}` }, h("span", { "aria-hidden": "true" }, status === "open" ? "● " : "○ "), t.link[status]),
    button(t.help, "help", {}, beside(state, "help")),
    h("form", { method: "post", action: "/logout" }, h("button", { type: "submit" }, t.logout)),
  );
}

// Whole things only: what is being written is not read out.
function spoken({ said }, t) {
  if (!said) return null;
  const text = [t.said[said.code], said.detail].filter(Boolean).join(" ");
  return h("span", { key: said.n }, text);
}

/** Returns the list of calls, the one that is shown first in weight, not in place. */
export function calls(state, t) {
  const todo = state.order.filter((id) => unfinished(state, id)).length;
  return h(
    "nav",
    { class: "calls", "aria-label": t.calls },
    h("ul", null, state.order.map((id) => tab(state, id, t))),
    todo > 0 && h("span", { class: "todo" }, t.todos(todo)),
    foot(state, t),
  );
}

const LONGEST_ID = 28; // characters: ids differ at their ends

function shortened(id) {
  const all = [...id];
  return all.length > LONGEST_ID ? `${all.slice(0, 11).join("")}…${all.slice(-14).join("")}` : id;
}

function tab(state, id, t) {
  const call = state.calls[id];
  const isNow = id === state.current;
  return h(
    "li",
    { key: id },
    h(
      "button",
      { type: "button", "aria-current": isNow ? "true" : null, title: id, "data-do": "select", "data-id": id },
      h("b", null, shortened(id)),
      h("span", { class: call.ended || call.gone ? "quiet" : "live" }, how(state, call, id, t)),
    ),
  );
}

function how(state, call, id, t) {
  if (call.gone) return t.goneCall;
  if (!call.ended) return call.source === "paste" ? t.pastedCall : t.live(state.now - call.started_at);
  return unfinished(state, id) ? t.todo : t.tidy;
}

function foot(state, t) {
  const call = state.calls[state.current];
  const isPasted = call?.source === "paste" && !call.gone;
  return h(
    "div",
    { class: "acts" },
    isPasted && !call.ended && button(t.end, "end"),
    isPasted && button(t.close, "close"),
    call && button(t.paste, "paste"),
  );
}

/** Returns what has to be said about the connection and the box, above everything else. */
export function banners(state, t) {
  const { status, code, retry } = state.link;
  const seconds = retry ? Math.ceil(retry / 1000 + state.skew - state.now) : 0;
  const isOld = state.release && state.page && state.release !== state.page;
  return h(
    "div",
    { class: "banners" },
    status === "lost" && h("p", { class: "banner error" }, t.lost(seconds), " ", button(t.retry, "retry")),
    status === "refused" &&
      h("p", { class: "banner error" }, code === 4409 ? t.many : t.forbidden, " ", button(t.retry, "retry")),
    isOld && h("p", { class: "banner" }, t.newer, " ", button(t.reload, "reload")),
    state.calls[state.current]?.gone &&
      h("p", { class: "banner" }, isOffered(state, state.current) ? t.goneRecord : t.gone, " ", button(t.forget, "forget")),
    state.notices.map((one) =>
      h(
        "p",
        { key: one.code, class: `banner ${one.level}` },
        t[one.what],
        " ",
        told(one, t),
        " ",
        button(t.dismiss, "dismiss", { code: one.code }),
      ),
    ),
  );
}

/** Returns the three parts as buttons, which a narrow screen shows one at a time. */
export function tabs(state, t) {
  const names = ["talk", "notes", "asks"];
  return h(
    "nav",
    { class: "tabs", "aria-label": t.screen },
    names.map((name) =>
      h(
        "button",
        { type: "button", "aria-current": state.tab === name ? "true" : null, "data-do": name },
        hint(beside(state, name)),
        t[name],
        name === "talk" && state.unread > 0 && h("span", { class: "count" }, ` ${t.unread(state.unread)}`),
      ),
    ),
  );
}
