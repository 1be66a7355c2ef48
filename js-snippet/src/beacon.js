// Tells the holder of a card that it is used, and nobody who used it.
//
// <script defer src="https://…/b.js" data-card="k7Hq2xPa"></script>
//
// It keeps no cookie, no storage and no global, it never throws, and it never holds up a click.
// TARGETS and the limits come from the server's own contract when this file is built.

/* global TARGETS, MEDIUM_CHARS_MAX, ITEM_CHARS_MAX, LABEL_CHARS_MAX, ENGAGED_MS_MAX */

(() => {
  // Settings

  const IDLE_MS = 30_000; // without a sign of life for so long, nobody is looking
  const ENGAGE_EVERY_MS = 15_000;
  const ENGAGE_STEP_MS = 1_000; // less is not worth a request
  const RETURN_MS = 30 * 60_000; // back from the back/forward cache after this is a new view
  const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "scroll"];

  const script = document.currentScript;
  const card = script && script.dataset.card;

  // Data: one page instance, in memory

  let page, seq, viewed, engagedMs, toldMs, scroll;
  let shown = false;
  let aliveAt = 0; // the last sign of life
  let countedAt = 0; // engaged time is counted up to here
  let leftAt = 0; // when the page was last hidden

  const from = { medium: "", item: "", ref: "" };

  function renew() {
    // 9 random bytes are exactly 12 characters of the address-safe alphabet.
    const bytes = crypto.getRandomValues(new Uint8Array(9));
    page = btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
    seq = engagedMs = toldMs = scroll = 0;
    viewed = false;
  }

  // The medium and the item leave the address, so that a copied link does not carry them on.
  function readAddress() {
    const here = new URL(location.href);
    const take = (name, charsMax) => {
      const value = here.searchParams.get(name) || "";
      here.searchParams.delete(name);
      return value.length > charsMax ? "" : value;
    };
    const asked = here.searchParams.has("src") || here.searchParams.has("item");
    from.medium = take("src", MEDIUM_CHARS_MAX);
    from.item = take("item", ITEM_CHARS_MAX);
    if (asked) history.replaceState(history.state, "", here);
  }

  function readReferrer() {
    const host = document.referrer && new URL(document.referrer).hostname;
    if (host !== location.hostname) from.ref = host;
  }

  // Reasons not to send

  const objects = () =>
    navigator.globalPrivacyControl || [navigator.doNotTrack, window.doNotTrack].includes("1");

  // The same tag pasted twice counts once.
  const isSecond = () =>
    [...document.querySelectorAll("script[data-card]")].find(
      (other) => other.src === script.src && other.dataset.card === card
    ) !== script;

  // Send

  function send(name, more) {
    const now = Date.now();
    const body = JSON.stringify({
      v: 1,
      card,
      page,
      sent: now,
      ...from,
      lang: navigator.language,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      width: Math.min(innerWidth, 65_535),
      events: [{ seq: seq++, name, at: now, ...more }],
    });
    const endpoint = new URL("api/track", script.src);
    // A string travels as text/plain, which needs no preflight.
    if (!(navigator.sendBeacon && navigator.sendBeacon(endpoint, body))) fallBack(endpoint, body);
  }

  // Fallback: the browser's own queue is full or missing. After this the event is given up.

  function fallBack(endpoint, body) {
    fetch(endpoint, { method: "POST", body, keepalive: true, mode: "no-cors" }).catch(() => {});
  }

  // What is told

  function view() {
    if (!viewed) {
      viewed = true;
      send("view");
    }
  }

  function click(event) {
    const button = event.target.closest("[data-track]");
    if (!button || !viewed) return;
    const { track, trackLabel } = button.dataset;
    if (TARGETS.includes(track)) {
      const label = (trackLabel || "").replace(/[^\w-]/g, "").slice(0, LABEL_CHARS_MAX);
      send("click", { target: track, label });
    }
  }

  function countTime() {
    const now = Date.now();
    if (shown) engagedMs += Math.max(0, Math.min(now, aliveAt + IDLE_MS) - countedAt);
    engagedMs = Math.min(engagedMs, ENGAGED_MS_MAX);
    countedAt = now;
  }

  function engage() {
    countTime();
    measureScroll();
    if (viewed && engagedMs - toldMs >= ENGAGE_STEP_MS) {
      toldMs = engagedMs;
      send("engage", { ms: engagedMs, scroll });
    }
  }

  function live() {
    countTime();
    aliveAt = countedAt;
  }

  function measureScroll() {
    const seen = ((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100;
    scroll = Math.max(scroll, Math.min(100, Math.round(seen)));
  }

  // Hooks

  function show() {
    if (shown || document.prerendering || document.visibilityState !== "visible") return;
    countTime();
    shown = true;
    live();
    view();
  }

  // Not every browser hides a page that it leaves: `pagehide` counts as hidden too.
  function hide(event) {
    if (!shown || (event.type !== "pagehide" && document.visibilityState === "visible")) return;
    engage();
    shown = false;
    leftAt = Date.now();
  }

  // Browsers differ in what comes first, this or `visibilitychange`: either order must do.
  function comeBack(event) {
    if (!event.persisted) return;
    if (Date.now() - leftAt > RETURN_MS) renew();
    show();
    if (shown) view();
  }

  const safely = (work) => (event) => {
    try {
      work(event);
    } catch {
      // A card must work with us broken; nobody is helped by an error in its console.
    }
  };

  function start() {
    if (!card || objects() || isSecond()) return;
    renew();
    safely(readAddress)();
    safely(readReferrer)();
    const listen = (to, name, work) =>
      to.addEventListener(name, safely(work), { capture: true, passive: true });
    listen(document, "visibilitychange", hide);
    listen(document, "visibilitychange", show);
    listen(document, "prerenderingchange", show);
    listen(window, "pagehide", hide);
    listen(window, "pageshow", comeBack);
    listen(document, "click", click);
    listen(document, "scroll", measureScroll);
    SIGNS_OF_LIFE.forEach((name) => listen(document, name, live));
    setInterval(safely(engage), ENGAGE_EVERY_MS);
    show();
  }

  safely(start)();
})();
