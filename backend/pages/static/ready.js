// Tells by a notification of the browser that the roadmap of this page is ready, once a button was pressed that asks for
// it. The button stands in a corner while something is being written, so that nothing moves. Without this script the page
// is the same without the button.

const CHECK_INTERVAL = 15000; // milliseconds between two checks of a page that is hidden, which app.js does not update
const main = document.querySelector("main");
const words = JSON.parse(document.body.dataset.words ?? "{}");
const say = (message) => words[message] ?? message;
const key = `ready:${location.pathname}`; // in sessionStorage: whether this tab was asked to tell
const button = document.createElement("button");
button.type = "button";
button.className = "tell-ready";
let timer = 0;
let etag = main.dataset.etag;

const isPossible = () => isSecureContext && "Notification" in window && Notification.permission !== "denied";
const isAsked = () => sessionStorage.getItem(key) === "yes" && Notification.permission === "granted";

function show() {
  const busy = Boolean(main.dataset.busy);
  if (!busy && isPossible() && isAsked()) tell(document);
  if (!busy || !isPossible()) {
    button.remove();
    return;
  }
  button.textContent = isAsked() ? say("You will be told when it is ready") : say("Tell me when it is ready");
  button.setAttribute("aria-pressed", isAsked());
  if (!button.isConnected) document.body.append(button);
}

function tell(page) {
  sessionStorage.removeItem(key);
  clearTimeout(timer);
  const body = page.querySelector("[data-say]")?.dataset.say ?? "";
  const notice = new Notification(page.querySelector("h1")?.textContent ?? document.title, { body, tag: key });
  notice.onclick = () => window.focus();
}

button.addEventListener("click", async () => {
  if (isAsked()) sessionStorage.removeItem(key);
  else if ((await Notification.requestPermission()) === "granted") sessionStorage.setItem(key, "yes");
  show();
});

async function check() {
  if (!document.hidden || !isPossible() || !isAsked()) return;
  try {
    const now = await (await fetch(main.dataset.etagUrl, { cache: "no-store" })).text();
    if (now !== etag) {
      const answer = await fetch(main.dataset.url, { headers: { Accept: "text/html" }, cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !page.querySelector("main").dataset.busy) return tell(page);
      etag = now;
    }
  } catch {
    // The server is unavailable; the next check tries again.
  }
  timer = setTimeout(check, CHECK_INTERVAL);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(check, CHECK_INTERVAL);
});
new MutationObserver(show).observe(main, { attributes: true, attributeFilter: ["data-busy"] });
show();
