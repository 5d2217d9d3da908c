// Changes a tree of nodes until it equals a fresh one. Nodes stay where they are, and with them focus, selection, scrolling,
// open <details> and what was typed. Siblings with an id or data-key are matched by it, others by their order.

const MEANINGLESS = ["csrf", "attempt", "time_zone"]; // hidden fields that differ between two loads of the same form
const serverOpens = new WeakMap(); // <details> -> whether the server has it open; a person may have toggled it since
let onHeld = () => {}; // is told which form was left as it is, though the fresh page has another one or none

const keyOf = (node) => node.id || node.dataset?.key || "";
const isField = (node) => node.matches?.("input, textarea, select");

function rememberOpen(tree) {
  for (const details of tree.querySelectorAll("details")) serverOpens.set(details, details.open);
}

function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.localName === "select") return field.selectedIndex !== defaultIndex(field);
  return field.value !== field.defaultValue;
}

function defaultIndex(select) {
  return Math.max([...select.options].findLastIndex((option) => option.defaultSelected), 0);
}

function setDefault(field) {
  if (!isChanged(field)) return;
  if (field.matches("[type=checkbox], [type=radio]")) field.checked = field.defaultChecked;
  else if (field.localName === "select") field.selectedIndex = defaultIndex(field);
  else field.value = field.defaultValue;
}

function isInUse(form) {
  return [...form.querySelectorAll("input, textarea, select")].some(
    (field) => isChanged(field) || field === document.activeElement,
  );
}

// What a form is about: the same form for another version or round is another form.
function identity(form) {
  const hidden = [...form.querySelectorAll("input[type=hidden]")].filter(({ name }) => !MEANINGLESS.includes(name));
  return [form.getAttribute("action"), ...hidden.map(({ name, value }) => `${name}=${value}`)].join("\n");
}

function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = fresh.data;
    return;
  }
  if (old.hasAttribute("data-keep")) return; // the answer to a form that was refused; a fresh page does not have it
  if (old.localName === "form" && identity(old) !== identity(fresh) && isInUse(old)) return onHeld(old);
  const untouched = isField(old) && !isChanged(old);
  const toggled = old.localName === "details" && old.open !== (serverOpens.get(old) ?? old.open);
  if (old.localName === "details") serverOpens.set(old, fresh.open);
  morphAttributes(old, fresh, toggled);
  morphChildren(old, fresh);
  if (untouched) setDefault(old);
}

function morphAttributes(old, fresh, toggled) {
  const ours = (name) => toggled && name === "open";
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !ours(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !ours(name)) old.setAttribute(name, value);
  }
}

function morphChildren(parent, fresh) {
  const keyed = new Map([...parent.children].filter(keyOf).map((child) => [keyOf(child), child]));
  const wanted = new Set([...fresh.children].map(keyOf).filter(Boolean));
  let at = parent.firstChild;
  for (const next of fresh.childNodes) {
    const match = keyOf(next) ? keyed.get(keyOf(next)) : partner(at, next);
    if (match?.nodeName === next.nodeName) {
      while (at && at !== match && !wanted.has(keyOf(at))) at = drop(at);
      if (at === match) at = at.nextSibling;
      else (parent.moveBefore ?? parent.insertBefore).call(parent, match, at); // moveBefore keeps the focus
      morph(match, next);
    } else {
      const added = document.importNode(next, true);
      if (added.querySelectorAll) {
        if (added.localName === "details") serverOpens.set(added, added.open);
        rememberOpen(added);
      }
      parent.insertBefore(added, at);
    }
  }
  while (at) at = drop(at);
}

// The node from `at` on that becomes `next`, which has no key: an equal one, else the first, unless that is still needed.
function partner(at, next) {
  if (next.nodeType !== Node.ELEMENT_NODE) return at?.nodeType === next.nodeType ? at : undefined;
  for (let node = at; node; node = node.nextSibling) if (!keyOf(node) && node.isEqualNode(next)) return node;
  while (at && at.nodeType !== Node.ELEMENT_NODE) at = at.nextSibling;
  if (!at || keyOf(at)) return undefined;
  for (let later = next.nextSibling; later; later = later.nextSibling) if (later.isEqualNode(at)) return undefined;
  return at;
}

// Removes a node, unless somebody types in it; returns the next one.
function drop(node) {
  const next = node.nextSibling;
  const forms = node.matches ? [...(node.matches("form") ? [node] : []), ...node.querySelectorAll("form")] : [];
  const used = forms.find(isInUse);
  if (used) onHeld(used);
  else if (!node.matches?.("[data-keep]") && !node.querySelector?.("[data-keep]")) node.remove();
  return next;
}
