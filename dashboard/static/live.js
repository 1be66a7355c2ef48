// Keeps the figures of the open page up to date: asks every second while the page is looked at,
// goes slower when the server does not answer, and stops when the session has ended.

const EVERY_MS = 1000;
const SLOWEST_MS = 30_000;
const CHANGED_MS = 1200;

const figures = document.getElementById("figures");
const shown = (id, yes) => { document.getElementById(id).hidden = !yes; };
// Says that the page moves by itself, or offers to refresh it by hand, as it does without scripts.
const live = (yes) => {
  shown("live", yes);
  // Who stands on it with the keys must not be thrown back to the top of the page.
  shown("reload", !yes || document.activeElement.id === "reload");
};

let etag = "";
let failures = 0;
let timer = 0;
let ended = false;

function later() {
  clearTimeout(timer);
  if (ended || document.hidden) return;
  timer = setTimeout(ask, Math.min(EVERY_MS * 2 ** failures, SLOWEST_MS));
}

async function ask() {
  try {
    await take(await fetch(figures.dataset.source, {
      cache: "no-store",
      redirect: "manual",
      headers: etag ? { "If-None-Match": etag } : {},
    }));
  } catch {
    lost();
  }
  later();
}

function take(answer) {
  // Signed out, every page leads to the sign-in page; a card that is gone has a page that says so.
  if (answer.type === "opaqueredirect") return end();
  if (answer.status === 403 || answer.status === 404) return location.reload();
  if (!answer.ok && answer.status !== 304) return lost();
  failures = 0;
  shown("away", false);
  live(true);
  if (answer.status === 200) return replace(answer);
}

async function replace(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const fresh of page.querySelectorAll("[data-live]")) swap(fresh);
  etag = answer.headers.get("ETag") ?? "";
}

function swap(fresh) {
  const old = figures.querySelector(`[data-live="${fresh.dataset.live}"]`);
  if (old.innerHTML === fresh.innerHTML) return;
  // The element itself stays: screen readers follow the live region they have already met.
  old.replaceChildren(...fresh.childNodes);
  old.hidden = fresh.hidden;
  old.classList.add("changed");
  setTimeout(() => old.classList.remove("changed"), CHANGED_MS);
}

function lost() {
  failures += 1;
  shown("away", failures > 1);
  live(false);
}

function end() {
  ended = true;
  live(false);
  shown("ended", true);
}

function again() {
  if (document.hidden) clearTimeout(timer);
  else if (!ended) ask();
}

document.addEventListener("visibilitychange", again);
addEventListener("online", again);
ask();
