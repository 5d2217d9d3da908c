// What makes the pages live. Without it they read the same; they only have to be loaded again to see what is new.
//
// A page says on <main> what it is about: data-tasks (runs to follow, each with the event up to which the page is
// drawn), data-streams (where a run's events come from), data-pulse and data-beat (an address whose word changes when
// the page would look different). Parts with data-region and an id are replaced by those of the page as it is now.

const STREAMS = 3; // a browser opens six connections to one host, for all its tabs
const SETTLE = 700; // milliseconds in which several events make one look at the page; a slow page is looked at less often
const BEAT = { busy: 3000, calm: 15000 };
const SAYS = { content_started: "being written", content_completed: "completed", content_failed: "failed" };
const LOOKS = { content_started: "generating", content_completed: "completed", content_failed: "failed" };
const main = document.querySelector("main");
const said = document.getElementById("said");
const streams = new Map(); // task id -> EventSource
let settling = 0;
let beating = 0;
let looking = false;
let spoken = 0;
let cost = 0; // milliseconds that the last look took

// [[id, sequence], ...]
const tasks = () => (main.dataset.tasks || "").split(" ").filter(Boolean).map((task) => task.split(":"));

function follow() {
  const wanted = document.hidden ? [] : tasks().slice(0, STREAMS);
  for (const task of streams.keys()) {
    if (!wanted.some(([id]) => id === task)) leave(task);
  }
  for (const [task, after] of wanted) {
    if (streams.has(task)) continue;
    const source = new EventSource(`${main.dataset.streams.replace("TASK", encodeURIComponent(task))}?after=${after}`);
    streams.set(task, source);
    source.addEventListener("message", (message) => happened(JSON.parse(message.data)));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) leave(task); // refused; the pulse goes on
    });
  }
}

function leave(task) {
  streams.get(task)?.close();
  streams.delete(task);
}

function happened({ task_id: task, type, payload }) {
  if (LOOKS[type]) mark(payload.concept_id, payload.content_type, LOOKS[type], SAYS[type]);
  if (type === "content_started") return;
  if (type === "run_finished") leave(task); // else it would be asked for its end again and again
  look();
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

function look() {
  if (!settling && !document.hidden) settling = setTimeout(refresh, Math.max(SETTLE, 4 * cost));
}

async function refresh() {
  settling = 0;
  if (looking || document.hidden) return;
  looking = true;
  const began = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.ok) redraw(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The server is away; the next beat tries again.
  } finally {
    looking = false;
    cost = performance.now() - began;
  }
  follow();
}

function redraw(fresh) {
  const now = fresh.querySelector("main");
  if (!now) return;
  for (const name of ["tasks", "beat", "busy"]) {
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

// Nobody's half-written answer may vanish because something arrived elsewhere on the page.
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
  if (!words || words === said.textContent || now - spoken < 4000) return;
  spoken = now;
  said.textContent = words;
}

async function beat() {
  clearTimeout(beating);
  if (!main.dataset.pulse || document.hidden) return;
  try {
    const answer = await fetch(main.dataset.pulse, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== main.dataset.beat) look();
  } catch {
    // As above.
  }
  beating = setTimeout(beat, main.dataset.busy ? BEAT.busy : BEAT.calm);
}

function wake() {
  if (document.hidden) {
    clearTimeout(beating);
    clearTimeout(settling);
    settling = 0;
    follow();
  } else if (main.dataset.pulse) {
    refresh();
    beating = setTimeout(beat, BEAT.busy);
  }
}

if (main.dataset.pulse) {
  follow();
  beating = setTimeout(beat, BEAT.busy);
  document.addEventListener("visibilitychange", wake);
  addEventListener("pagehide", () => streams.forEach((source) => source.close()));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    streams.clear();
    wake();
  });
}

// A double click is one request.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Deadlines become dates on the day that it is here.
for (const field of document.querySelectorAll("input[name=time_zone]"))
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// Where a form was refused, the first field to mend has the focus.
document.querySelector("[aria-invalid=true]")?.focus();
