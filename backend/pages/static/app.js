// Keeps pages up to date. Without this script the pages have the same content, but must be reloaded to see changes.
//
// Attributes of <main>: data-tasks (runs to follow, each with the last event that the page shows), data-streams (address
// of the event stream of a run), data-etag-url and data-etag (an address, and the text that it returns until the page would
// look different). Elements with data-region and an id are replaced by those of the reloaded page.

const MAX_STREAMS = 3; // browsers open at most six connections to one host, for all tabs
const RELOAD_DELAY = 700; // milliseconds; events within this time cause one reload, slow pages are reloaded less often
const POLL_INTERVAL = { busy: 3000, calm: 15000 }; // milliseconds
const LABELS = { content_started: "being written", content_completed: "completed", content_failed: "failed" };
const LOOKS = { content_started: "generating", content_completed: "completed", content_failed: "failed" };
const main = document.querySelector("main");
const announcement = document.getElementById("said");
const streams = new Map(); // task id -> EventSource
let reloadTimer = 0;
let pollTimer = 0;
let reloading = false;
let announcedAt = 0;
let reloadTime = 0; // milliseconds that the last reload took

// [[id, sequence], ...]
const tasks = () => (main.dataset.tasks || "").split(" ").filter(Boolean).map((task) => task.split(":"));

function follow() {
  const followed = document.hidden ? [] : tasks().slice(0, MAX_STREAMS);
  for (const task of streams.keys()) {
    if (!followed.some(([id]) => id === task)) leave(task);
  }
  for (const [task, after] of followed) {
    if (streams.has(task)) continue;
    const source = new EventSource(`${main.dataset.streams.replace("TASK", encodeURIComponent(task))}?after=${after}`);
    streams.set(task, source);
    source.addEventListener("message", (message) => handle(JSON.parse(message.data)));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) leave(task); // rejected; polling continues
    });
  }
}

function leave(task) {
  streams.get(task)?.close();
  streams.delete(task);
}

function handle({ task_id: task, type, payload }) {
  if (LOOKS[type]) mark(payload.concept_id, payload.content_type, LOOKS[type], LABELS[type]);
  if (type === "content_started") return;
  if (type === "run_finished") leave(task); // otherwise the browser would reconnect again and again
  scheduleReload();
}

function mark(concept, type, look, words) {
  for (const element of document.querySelectorAll(`[data-of="${CSS.escape(concept)} ${CSS.escape(type)}"]`)) {
    if (element.classList.contains(`is-${look}`)) continue;
    element.classList.remove("is-pending", "is-generating", "is-completed", "is-failed", "is-stale");
    element.classList.add(`is-${look}`);
    const icon = element.querySelector("svg");
    icon.setAttribute("class", `icon i-${look}`);
    icon.firstElementChild.setAttribute("href", `#i-${look}`);
    element.querySelector(".says").textContent = `: ${words}`;
    if (look === "completed") arrived(element);
  }
}

function arrived(element) {
  element.classList.add("arrived");
  element.addEventListener("animationend", () => element.classList.remove("arrived"), { once: true });
}

function scheduleReload() {
  if (!reloadTimer && !document.hidden) reloadTimer = setTimeout(reload, Math.max(RELOAD_DELAY, 4 * reloadTime));
}

async function reload() {
  reloadTimer = 0;
  if (reloading || document.hidden) return;
  reloading = true;
  const began = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.ok) redraw(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The server is unavailable; the next poll tries again.
  } finally {
    reloading = false;
    reloadTime = performance.now() - began;
  }
  follow();
}

function redraw(fresh) {
  const now = fresh.querySelector("main");
  if (!now) return;
  addCopyButtons(fresh); // so that regions that did not change are equal
  for (const name of ["tasks", "etag", "busy"]) {
    if (now.dataset[name] === undefined) delete main.dataset[name];
    else main.dataset[name] = now.dataset[name];
  }
  for (const region of document.querySelectorAll("[data-region]")) {
    const next = fresh.getElementById(region.id);
    if (!next || next.isEqualNode(region) || inUse(region)) continue;
    keepOpen(region, next);
    const scrolled = [region, ...region.querySelectorAll("[tabindex]")].map(({ id, scrollTop, scrollLeft }) =>
      [id, scrollTop, scrollLeft],
    );
    region.replaceChildren(...next.childNodes);
    for (const [id, top, left] of scrolled) document.getElementById(id)?.scrollTo(left, top);
  }
  document.title = fresh.title;
  announce();
}

// Whether a region has unsaved input, which a reload must not discard.
function inUse(region) {
  const active = document.activeElement;
  if (region.contains(active) && active.matches("input, textarea, select")) return true;
  return [...region.querySelectorAll("textarea, input:not([type=hidden])")].some((field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.value !== field.defaultValue,
  );
}

function keepOpen(region, next) {
  const before = [...region.querySelectorAll("details")];
  const after = [...next.querySelectorAll("details")];
  if (before.length === after.length) after.forEach((details, place) => (details.open = before[place].open));
}

function announce() {
  const words = document.querySelector("[data-say]")?.dataset.say;
  const now = Date.now();
  if (!words || words === announcement.textContent || now - announcedAt < 4000) return;
  announcedAt = now;
  announcement.textContent = words;
}

async function poll() {
  clearTimeout(pollTimer);
  if (!main.dataset.etagUrl || document.hidden) return;
  try {
    const answer = await fetch(main.dataset.etagUrl, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== main.dataset.etag) scheduleReload();
  } catch {
    // As above.
  }
  pollTimer = setTimeout(poll, main.dataset.busy ? POLL_INTERVAL.busy : POLL_INTERVAL.calm);
}

function wake() {
  if (document.hidden) {
    clearTimeout(pollTimer);
    clearTimeout(reloadTimer);
    reloadTimer = 0;
    follow();
  } else if (main.dataset.etagUrl) {
    reload();
    pollTimer = setTimeout(poll, POLL_INTERVAL.busy);
  }
}

if (main.dataset.etagUrl) {
  follow();
  pollTimer = setTimeout(poll, POLL_INTERVAL.busy);
  document.addEventListener("visibilitychange", wake);
  addEventListener("pagehide", () => streams.forEach((source) => source.close()));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    streams.clear();
    wake();
  });
}

// Code blocks get a button that copies them, where the browser allows it.
function addCopyButtons(page) {
  if (!navigator.clipboard) return;
  for (const code of page.querySelectorAll("pre.code")) {
    const button = page.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy code");
    const frame = page.createElement("div");
    frame.className = "copyable";
    code.replaceWith(frame);
    code.tabIndex = 0; // it may have to be scrolled by keyboard
    frame.append(button, code);
  }
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    announcement.textContent = button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

addCopyButtons(document);
document.addEventListener("click", (event) => {
  if (!event.target.matches("button.copy")) return;
  event.preventDefault(); // within a label it would choose the option
  copy(event.target);
});

// A double click sends a form once.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Deadlines are read in the browser's time zone.
for (const field of document.querySelectorAll("input[name=time_zone]"))
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// Focus the first invalid field of a rejected form.
document.querySelector("[aria-invalid=true]")?.focus();
