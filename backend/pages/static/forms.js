// A double click sends a form once. A form whose sending was stopped, or takes long, can be sent again.

const SEND_AGAIN_AFTER = 10000; // milliseconds
let sent = new WeakSet();
const revive = () => (sent = new WeakSet());

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
  setTimeout(revive, SEND_AGAIN_AFTER);
});
addEventListener("pageshow", revive);
addEventListener("keydown", (event) => event.key === "Escape" && revive()); // stops the sending
window.navigation?.addEventListener("navigateerror", revive);

// Focus the first invalid field of a rejected form.
document.querySelector("[aria-invalid=true]")?.focus();
