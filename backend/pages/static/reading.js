// Makes a page easier to read: times in the zone of the browser, code that can be copied.

// Applied to the page and to every fresh one, so that what did not change is equal in both.
function prepare(page) {
  for (const time of page.querySelectorAll("time[data-form]")) showLocally(time);
  addCopyButtons(page);
  for (const wide of page.querySelectorAll(".marked table, .marked pre")) wide.tabIndex = 0; // to be scrolled by keyboard
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  for (const field of page.querySelectorAll("input[name=time_zone]")) field.value = zone; // deadlines are read in it
}

function showLocally(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const two = (number, digits = 2) => String(number).padStart(digits, "0");
  const day = `${two(at.getFullYear(), 4)}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const minute = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const texts = { day, minute: `${day} ${minute}`, clock: `${minute}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}` };
  time.firstChild.data = texts[time.dataset.form];
  time.title = at.toString();
}

// Code blocks get a button that copies them, where the browser allows it.
function addCopyButtons(page) {
  if (!navigator.clipboard) return;
  for (const code of page.querySelectorAll("pre.code")) {
    const button = page.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = say("Copy");
    button.setAttribute("aria-label", say("Copy code"));
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
    announcement.textContent = button.textContent = say("Copied");
  } catch {
    button.textContent = say("Not allowed");
  }
  setTimeout(() => (button.textContent = say("Copy")), 2000);
}

// The map of a large roadmap is made smaller, or larger, on this page. The root keeps it, which no update changes.
function zoomMap(how) {
  const map = document.getElementById("map");
  const root = document.documentElement;
  const now = Number(root.style.getPropertyValue("--zoom")) || 1;
  const fitting = (map.clientWidth / map.querySelector(".sheet").getBoundingClientRect().width) * now;
  const zoom = { in: now * 1.25, out: now / 1.25, fit: Math.min(fitting, 1) }[how];
  root.style.setProperty("--zoom", String(Math.min(Math.max(zoom, 0.2), 2)));
}

prepare(document);
rememberOpen(document);
document.addEventListener("click", (event) => {
  if (event.target.dataset?.zoom) zoomMap(event.target.dataset.zoom);
  if (!event.target.matches("button.copy")) return;
  event.preventDefault(); // within a label it would choose the option
  copy(event.target);
});
