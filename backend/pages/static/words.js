// Texts of the scripts in the language of the page, which has their translations.

let translations = {};

function readWords(page) {
  translations = JSON.parse(page.body.dataset.words ?? "{}");
}

function say(message, values = {}) {
  return (translations[message] ?? message).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

readWords(document);
