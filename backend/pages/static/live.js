// Keeps the page up to date. Without this script it has the same content, but must be reloaded to see changes.
//
// Attributes of <main>: data-url (address of this page), data-tasks (runs to follow, each with the last event that the
// page shows), data-streams (address of the event stream of a run), data-etag-url and data-etag (an address, and the text
// that it returns until the page would look different). Every change loads the page again in the background, and what is
// shown is morphed into it: nothing on the page is written from anything else.

const MAX_STREAMS = 3; // browsers open at most six connections to one host, for all tabs
const RELOAD_DELAY = 700; // milliseconds; events within this time cause one reload, slow pages are reloaded less often
const POLL_INTERVAL = { busy: 3000, calm: 15000 }; // milliseconds
const ANSWER_TIMEOUT = 10000; // milliseconds
const MAX_PRESS = 5000; // milliseconds for which a pressed pointer holds updates back
const AWAY_AFTER = 2; // missed answers
const main = document.getElementById("main");
const announcement = document.getElementById("said");
const away = document.getElementById("away");
const held = new WeakSet(); // forms that are out of date, but hold what somebody typed
const streams = new Map(); // task id -> EventSource
let reloadTimer = 0;
let pollTimer = 0;
let reloading = false;
let announcedAt = 0;
let reloadTime = 0; // milliseconds that the last reload took
let missed = 0; // answers in a row that did not come
let pressedAt = 0; // when the pointer went down; 0 while it is up
let waiting = null; // a fresh page that waits for the pointer

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

function handle({ task_id: task, type, sequence }) {
  if (type === "run_finished") leave(task); // otherwise the browser would reconnect again and again
  const shown = tasks().find(([id]) => id === task)?.[1];
  if (shown === undefined || sequence > Number(shown)) scheduleReload();
}

function scheduleReload() {
  if (!reloadTimer && !document.hidden) reloadTimer = setTimeout(reload, Math.max(RELOAD_DELAY, 4 * reloadTime));
}

// The answer, or undefined if the server is away; counts the misses.
async function ask(address) {
  let answer;
  try {
    answer = await fetch(address, {
      headers: { Accept: "text/html, text/plain" },
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT),
    });
  } catch {
    // away
  }
  const there = answer !== undefined && answer.status < 500;
  missed = there ? 0 : missed + 1;
  document.body.classList.toggle("is-away", missed >= AWAY_AFTER);
  away.hidden = missed < AWAY_AFTER;
  return there ? answer : undefined;
}

async function reload() {
  reloadTimer = 0;
  if (reloading || document.hidden) return;
  reloading = true;
  const began = performance.now();
  const answer = await ask(main.dataset.url);
  const shows = answer?.ok || answer?.status === 404; // 404: what the page is about was deleted
  const isPage = shows && answer.headers.get("content-type")?.startsWith("text/html");
  const text = isPage ? await answer.text().catch(() => "") : "";
  if (text) redraw(new DOMParser().parseFromString(text, "text/html"));
  reloading = false;
  reloadTime = performance.now() - began;
  follow();
}

function redraw(fresh) {
  if (pressedAt && Date.now() - pressedAt < MAX_PRESS) {
    waiting = fresh;
    return;
  }
  waiting = null;
  const now = fresh.getElementById("main");
  if (!now) return;
  readWords(fresh);
  prepare(fresh);
  const completed = new Set(main.querySelectorAll(".mark.is-completed"));
  const versions = new Map([...main.querySelectorAll("[data-version]")].map((part) => [part.id, part.dataset.version]));
  for (const sheet of fresh.head.querySelectorAll("link[rel=stylesheet]")) {
    const known = [...document.head.querySelectorAll("link[rel=stylesheet]")].map((link) => link.getAttribute("href"));
    if (!known.includes(sheet.getAttribute("href"))) document.head.append(document.importNode(sheet));
  }
  document.documentElement.lang = fresh.documentElement.lang; // it may have been changed in another tab
  for (const part of fresh.querySelectorAll("#site, #foot")) morph(document.getElementById(part.id), part);
  morph(main, now);
  document.title = fresh.title;
  for (const mark of main.querySelectorAll(".mark.is-completed")) if (!completed.has(mark)) arrived(mark);
  for (const part of main.querySelectorAll("[data-version]")) announceVersion(part, versions.get(part.id));
  announce();
}

function arrived(mark) {
  mark.animate?.({ boxShadow: ["0 0 0 4px var(--accent-soft)", "none"] }, { duration: 1200, easing: "ease-out" });
}

function announce() {
  const words = document.querySelector("[data-say]")?.dataset.say;
  const now = Date.now();
  if (!words || words === announcement.textContent || now - announcedAt < 4000) return;
  announcedAt = now;
  announcement.textContent = words;
}

function announceVersion(part, before) {
  const { version, noun } = part.dataset;
  if (!before || before === "0" || before === version || [...part.querySelectorAll("form")].some((form) => held.has(form))) return;
  const link = new URL(main.dataset.url, location.href);
  link.searchParams.set(part.id, before);
  link.hash = part.id;
  const words = say("{noun} was written anew: you see version {version} now.", { noun, version });
  news(words, say("Version {number}", { number: before }), link.href);
}

// A line at the foot of the window that stays until it is closed.
function news(words, label, address) {
  const box = document.getElementById("news");
  if ([...box.children].some((line) => line.dataset.words === words)) return;
  const line = document.getElementById("news-line").content.firstElementChild.cloneNode(true);
  line.dataset.words = words;
  line.querySelector("span").textContent = words;
  line.querySelector("a").textContent = label;
  line.querySelector("a").href = address;
  line.querySelector("button").addEventListener("click", () => line.remove());
  box.append(line);
}

onHeld = (form) => {
  held.add(form);
  const words = say("A form on this page is out of date. What you typed is kept in it.");
  news(words, say("Load the page anew"), main.dataset.url);
};

async function poll() {
  clearTimeout(pollTimer);
  if (!main.dataset.etagUrl || document.hidden) return;
  const wasAway = missed >= AWAY_AFTER;
  const answer = await ask(main.dataset.etagUrl);
  if (answer && answer.status !== 429) {
    const etag = answer.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    if (wasAway || etag !== main.dataset.etag) scheduleReload();
  }
  pollTimer = setTimeout(poll, main.dataset.busy || missed ? POLL_INTERVAL.busy : POLL_INTERVAL.calm);
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

function release() {
  pressedAt = 0;
  if (waiting) setTimeout(() => waiting && redraw(waiting)); // after the click
}

if (main.dataset.etagUrl) {
  follow();
  pollTimer = setTimeout(poll, POLL_INTERVAL.busy);
  document.addEventListener("visibilitychange", wake);
  addEventListener("pointerdown", () => (pressedAt = Date.now()), true);
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, release, true);
  addEventListener("blur", release);
  addEventListener("pagehide", () => streams.forEach((source) => source.close()));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    streams.clear();
    wake();
  });
}
