// Comforts of a demo card, which works without them. The beacon shares and copies; this file shows
// what this browser can do, and says what has happened.

const shown = (element, can) => element && (element.hidden = !can);
const find = (selector) => document.querySelector(selector);

shown(find("[data-track-label=sheet]"), window.balise && navigator.share);

const copy = find("[data-track-label=copy]");
shown(copy, window.balise && navigator.clipboard);
copy.addEventListener("click", () => {
  const label = copy.querySelector("span");
  const before = label.textContent;
  if (before === copy.dataset.done) return;
  label.textContent = copy.dataset.done;
  setTimeout(() => (label.textContent = before), 2_000);
});

// Chromium offers to install; others explain it themselves, in words that are on the page.
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  const button = find("#install");
  button.hidden = false;
  button.addEventListener("click", () => event.prompt(), { once: true });
});
shown(find("#home"), !matchMedia("(display-mode: standalone)").matches);

// The receipt of an objection, for as long as it lasts in this browser.
const receipt = () => {
  try {
    shown(find("#receipt"), localStorage["balise-off"]);
  } catch {
    // Without storage there is nothing that could have been kept.
  }
};
// The beacon reads the address with `pageshow` at the latest; this is after it.
addEventListener("pageshow", () => setTimeout(receipt));
