// Builds elements from plain objects and mends them when the objects change.
//
// A string is only ever text: no function here takes HTML. A node that is the very same object
// as before is skipped, so a view may keep the nodes of what did not change.

const LIVE = new Set(["value", "checked"]); // what a person changes, so the element is asked
const FORBIDDEN = /^(on|style$|src|formaction$)/;

/** Returns a node: `{tag, key, props, children}`. Children that are null or false are left out. */
export function h(tag, props, ...children) {
  for (const name in props) {
    if (FORBIDDEN.test(name)) throw new Error(`no ${name} here`);
    if ((name === "href" || name === "action") && !/^\/(?!\/)/.test(props[name])) {
      throw new Error("only paths of this box");
    }
  }
  const kept = children.flat(Infinity).filter((child) => child || child === 0);
  return { tag, key: props?.key, props: props ?? {}, children: kept };
}

/** Makes the children of `parent` those of `after`; `before` is what the last call gave. */
export function mend(parent, before, after) {
  let node = parent.firstChild;
  let start = 0;
  while (start < before.length && start < after.length && alike(before[start], after[start])) {
    const next = node.nextSibling;
    update(node, before[start], after[start]);
    node = next;
    start += 1;
  }
  if (start === before.length) {
    for (; start < after.length; start += 1) parent.append(create(after[start]));
    return;
  }
  const known = new Map();
  const rest = [];
  for (let at = start, walk = node; at < before.length; at += 1, walk = walk.nextSibling) {
    const key = before[at].key;
    if (key === undefined || known.has(key)) rest.push([before[at], walk]);
    else known.set(key, [before[at], walk]);
  }
  for (; start < after.length; start += 1) {
    const wanted = after[start];
    const place = rest.findIndex(([old]) => wanted.key === undefined && alike(old, wanted));
    let found = known.get(wanted.key);
    if (wanted.key === undefined && place >= 0) found = rest.splice(place, 1)[0];
    else if (found && alike(found[0], wanted)) known.delete(wanted.key);
    else found = undefined;
    const made = found ? found[1] : create(wanted);
    if (found) update(made, found[0], wanted);
    if (made === node) node = node.nextSibling;
    else parent.insertBefore(made, node);
  }
  for (const [, gone] of [...known.values(), ...rest]) remove(gone);
}

function alike(one, other) {
  return one.tag === other.tag && one.key === other.key;
}

function create(wanted) {
  if (wanted.tag === undefined) return document.createTextNode(wanted);
  const element = document.createElement(wanted.tag);
  for (const child of wanted.children) element.append(create(child));
  for (const name in wanted.props) set(element, name, wanted.props[name]);
  if (wanted.tag === "dialog") queueMicrotask(() => element.isConnected && element.showModal());
  return element;
}

function update(node, before, after) {
  if (before === after) return;
  if (after.tag === undefined) {
    node.data = after;
    return;
  }
  mend(node, before.children, after.children);
  for (const name in before.props) {
    if (!(name in after.props)) set(node, name, null);
  }
  for (const name in after.props) {
    const value = after.props[name];
    if (LIVE.has(name) ? node[name] !== value : before.props[name] !== value) set(node, name, value);
  }
}

function set(element, name, value) {
  if (name === "key") return;
  if (LIVE.has(name)) element[name] = value ?? "";
  else if (name === "initial") element.setAttribute("value", value);
  else if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

function remove(node) {
  if (node.localName === "dialog" && node.open) node.close(); // gives the focus back
  node.remove();
}
