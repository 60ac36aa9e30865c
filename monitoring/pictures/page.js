"use strict";
const { rows, words, summary } = JSON.parse(document.getElementById("told").textContent);
const COLORS = ["#2f6fde", "#e08a00", "#1c9a6c", "#c0392b", "#7b52c7", "#5c6778", "#00879b"];
const HOURS = [0.25, 1, 6, 24];
const state = { hours: 1, box: new URLSearchParams(location.search).get("box") || "" };
const $ = (id) => document.getElementById(id);

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}
async function ask(path, parameters) {
  const answer = await fetch(`../api/v1/${path}?${new URLSearchParams(parameters)}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const { data } = await answer.json();
  return data.result || data;
}
const ready = (expr) => expr
  .replaceAll("SEL", 'job="edgebox"' + (state.box ? `,instance=${JSON.stringify(state.box)}` : ""))
  .replaceAll("RATE", state.hours > 6 ? "10m" : state.hours > 1 ? "5m" : "2m"); // no shorter than a step
const legend = (text, metric) => text.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] || "");

function shown(value, unit) { // -> [number, unit]
  if (!Number.isFinite(value)) return [words.none, ""];
  const digits = (number, places) => number.toLocaleString("en", { maximumFractionDigits: places });
  if (unit === "percentunit") return [digits(value * 100, value > 0.9 && value < 1 ? 2 : 1), "%"];
  if (unit === "s") {
    if (value >= 172800) return [digits(value / 86400, 0), ` ${words.units[3]}`];
    if (value >= 5400) return [digits(value / 3600, 1), ` ${words.units[2]}`];
    if (value >= 90) return [digits(value / 60, 0), ` ${words.units[1]}`];
    return [digits(value, value < 10 ? 2 : 0), ` ${words.units[0]}`];
  }
  if (value && Math.abs(value) < 0.1) return [String(Number(value.toPrecision(2))), ""]; // money
  return [digits(value, value < 10 ? 1 : 0), ""];
}
function clock(time) { return time.toTimeString().slice(0, 5); }
function grade(value, limits) {
  if (!limits || !Number.isFinite(value)) return "";
  const [warn, bad] = limits;
  const beyond = (limit) => (bad < warn ? value < limit : value > limit);
  return beyond(bad) ? "bad" : beyond(warn) ? "warn" : "good";
}

const draw = {
  async stat(panel, body) { // a number for each box
    const [found, most] = await Promise.all(panel.queries.map(([expr]) => ask("query", { query: ready(expr) })));
    for (const { metric, value: [, text] } of found.length ? found : [{ metric: {}, value: [0, NaN] }]) {
      const value = Number(text), [number, unit] = shown(value, panel.unit);
      const of = most && most.find((other) => other.metric.instance === metric.instance);
      const limit = of ? Number(of.value[1]) : NaN, [beside, its] = shown(limit, panel.unit);
      const grading = most ? grade(value / limit, panel.limits) : grade(value, panel.limits);
      const node = make("div", `value ${Number.isFinite(value) ? grading : "none"}`, number);
      node.append(make("small", "", unit + (of && Number.isFinite(value) ? ` / ${beside}${its === unit ? "" : its}` : "")));
      if (found.length > 1) node.append(make("small", "none", ` ${metric.instance}`));
      body.append(node);
      if (!Number.isFinite(value)) body.append(make("small", "none", panel.why));
      if (panel.kind === "bars") {
        const bar = make("div", `bar ${grading}`);
        bar.append(make("i"));
        bar.firstChild.style.width = `${Math.max(0, Math.min(1, value || 0)) * 100}%`;
        body.append(bar);
      }
    }
  },
  bars: (panel, body) => draw.stat(panel, body),
  async states(panel, body) {
    const list = make("div", "parts");
    for (const [expr, name] of panel.queries) {
      const vector = await ask("query", { query: ready(expr) });
      if (!vector.length) list.append(make("b", "none", `${name} ${words.none}`));
      for (const { metric, value } of vector) {
        const up = value[1] === "1";
        const box = vector.length > 1 ? `${metric.instance} ` : "";
        list.append(make("b", up ? "good" : "bad", `${box}${name} ${up ? words.up : words.down}`));
      }
    }
    body.append(list);
  },
  async table(panel, body) {
    const found = (await ask("alerts", {})).alerts.filter(({ state: now, labels }) =>
      now === "firing" && labels.alertname !== "Watchdog" && [undefined, "", labels.instance].includes(state.box));
    if (!found.length) body.append(make("div", "good", words.fine));
    const order = ["critical", "warning", "info"], table = make("table");
    found.sort((a, b) => order.indexOf(a.labels.severity) - order.indexOf(b.labels.severity));
    for (const { labels, annotations, activeAt } of found) {
      const line = make("tr");
      const level = { critical: "bad", warning: "warn" }[labels.severity] || "";
      line.append(make("td", level, words.severity[labels.severity] || labels.severity),
        make("td", "", annotations[summary] || labels.alertname),
        make("td", "none", [labels.alertname, labels.instance, clock(new Date(activeAt))].filter(Boolean).join(" · ")));
      table.append(line);
    }
    body.append(table);
  },
  lines: (panel, body) => chart(panel, body, false),
  stack: (panel, body) => chart(panel, body, true),
};

async function chart(panel, body, stacked) {
  const end = Math.floor(Date.now() / 1000), start = end - state.hours * 3600, step = Math.max(5, state.hours * 24);
  const found = await Promise.all(panel.queries.map(async ([expr, name]) =>
    (await ask("query_range", { query: ready(expr), start, end, step })).map(({ metric, values }) => ({
      name: legend(name, metric) || panel.title,
      points: values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => Number.isFinite(value)),
    }))));
  let lines = found.flat().filter((line) => line.points.length);
  if (stacked) lines = lines.filter((line) => line.points.some(([, value]) => value > 0));
  if (!lines.length) { body.append(make("div", "none", `${words.none}: ${panel.why}`)); return; }
  const base = new Map();
  const areas = lines.map((line) => line.points.map(([time, value]) => {
    const below = stacked ? base.get(time) || 0 : 0;
    base.set(time, below + value);
    return [time, below, below + value];
  }));
  const top = nice(Math.max(0, ...areas.flat().map(([, , value]) => value)) || 1);
  const W = 560, H = 190, L = 46, B = 20, x = (time) => L + ((time - start) / (end - start)) * (W - L);
  const y = (value) => (H - B) * (1 - value / top) + 4 * (value / top);
  const svg = element("svg", { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", role: "img", "aria-label": panel.title });
  for (const share of [0, 0.5, 1]) {
    svg.append(element("line", { x1: L, x2: W, y1: y(top * share), y2: y(top * share), stroke: "var(--line)" }));
    svg.append(element("text", { x: L - 6, y: y(top * share) + 4, "text-anchor": "end" }, shown(top * share, panel.unit).join("")));
  }
  for (const share of [0, 0.5, 1]) {
    const time = new Date((start + (end - start) * share) * 1000);
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
    svg.append(element("text", { x: x(start + (end - start) * share), y: H - 3, "text-anchor": anchor },
      clock(time)));
  }
  const key = make("div", "legend");
  areas.forEach((points, index) => {
    const color = COLORS[index % COLORS.length];
    const upper = path(points.map(([time, , value]) => [x(time), y(value)]), step * 2.5 * (W - L) / (end - start));
    if (stacked) {
      const around = points.map(([time, , value]) => [x(time), y(value)])
        .concat(points.map(([time, below]) => [x(time), y(below)]).reverse());
      svg.append(element("path", { d: path(around, Infinity) + "Z", fill: color, "fill-opacity": 0.35 }));
    }
    svg.append(element("path", { d: upper, fill: "none", stroke: color, "stroke-width": 1.8, "vector-effect": "non-scaling-stroke" }));
    const item = make("span");
    item.append(make("i"), lines[index].name);
    item.firstChild.style.background = color;
    key.append(item);
  });
  body.append(svg, key);
}
function element(tag, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}
function path(points, gap) { // a gap in time is a gap in the line
  return points.map(([px, py], index) =>
    `${index && Math.abs(px - points[index - 1][0]) <= gap ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
}
function nice(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 5, 10].map((step) => step * unit).find((step) => step >= value) || value;
}

async function render() {
  const built = document.createDocumentFragment();
  try {
    const boxes = [...new Set((await ask("query", { query: 'up{job="edgebox"}' })).map((one) => one.metric.instance))].sort();
    choose(boxes);
    for (const row of rows) {
      const part = make("div", row.panels.length === 1 ? "half" : "row"), grid = make("div", "grid");
      part.append(make("h2", "", row.title), grid);
      await Promise.all(row.panels.map(async (panel) => {
        const wide = panel.kind === "lines" || panel.kind === "stack" ? "wide" : "";
        const body = make("section", panel.kind === "table" || panel.kind === "states" ? "full" : wide);
        body.id = panel.key;
        body.title = panel.note;
        body.append(make("h3", "", panel.title));
        grid.append(body);
        await draw[panel.kind](panel, body);
      }));
      built.append(part);
    }
    $("rows").replaceChildren(built);
    $("when").textContent = `${words.updated} ${clock(new Date())}`;
    document.body.dataset.drawn = String(Number(document.body.dataset.drawn || 0) + 1);
  } catch (error) {
    $("when").replaceChildren(make("b", "bad", words.lost));
    console.error(error);
  }
}
function choose(boxes) {
  const select = $("box"), options = ["", ...boxes].map((box) => new Option(box || words.all, box, false, box === state.box));
  select.replaceChildren(...options);
  select.setAttribute("aria-label", words.box);
  select.hidden = boxes.length < 2;
}
HOURS.forEach((hours, index) => {
  const button = make("button", "", words.hours[index]);
  button.setAttribute("aria-pressed", String(hours === state.hours));
  button.onclick = () => {
    state.hours = hours;
    for (const other of $("spans").children) other.setAttribute("aria-pressed", String(other === button));
    render();
  };
  $("spans").append(button, " ");
});
$("spans").setAttribute("aria-label", words.span);
$("box").onchange = (event) => { state.box = event.target.value; render(); };
render();
setInterval(render, 15000);
