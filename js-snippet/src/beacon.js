// Tells the holder of a card that it is used, and nobody who used it.
//
// <script defer src="https://…/b.js" data-card="k7Hq2xPa"></script>
//
// It never throws, never holds up a click and never reads a cookie. It stores nothing, except
// events that could not be delivered and an objection. Its one global is `balise("name")`.
// Names in capitals that are not set here come from the server's own contract, at the build.

/* global TARGETS, MEDIUM_CHARS_MAX, ITEM_CHARS_MAX, LABEL_CHARS_MAX, ENGAGED_MS_MAX */
/* global EVENTS_MAX, AGE_MS_MAX */

(() => {
  // Settings

  const IDLE_MS = 30_000; // without a sign of life for so long, nobody is looking
  const ENGAGE_EVERY_MS = 15_000;
  const ENGAGE_STEP_MS = 1_000; // less is not worth a request
  const RETURN_MS = 30 * 60_000; // back from the back/forward cache after this is a new view

  const OBJECTION = "balise-off"; // in storage; the events that wait are under "balise"

  const OURS = /^(view|click|engage)$/;

  // A page may have replaced what writes JSON: what the server would refuse does not leave.
  const SENDABLE = /"card":"[^\W_]{8}",.*\[{"seq":\d+,"name":"[a-z][a-z\d_]{0,31}","at":(\d+)/;

  const script = document.currentScript;
  if (!script) return;

  // A card must work with us broken; nobody is helped by an error in its console.
  const safely = (work) => (given) => {
    try {
      return work(given);
    } catch {}
  };

  // A sandbox or a visitor's setting may forbid storage: then memory does, while the page lasts.
  const storage = safely(() => localStorage)() || {};
  const queue = script.dataset.queue === "off" ? {} : storage;

  // Data: one page instance, in memory

  let page, seq, engagedMs, toldMs, scroll;
  let path; // an application that changes its path shows another page
  let from; // medium, item and host of the referrer
  let shown;
  let aliveAt; // the last sign of life
  let countedAt; // engaged time is counted up to here
  let leftAt; // when the page was last hidden

  function renew() {
    page = (Math.random().toString(36) + 1e12).slice(2, 14); // 52 random bits, filled up
    scroll = seq = engagedMs = toldMs = 0;
  }

  // Marks leave the address, so that a copied link does not carry them on.
  function arrive(referrer) {
    renew();
    const here = new URL(location);
    const marks = here.searchParams;
    const take = (name, charsMax) => {
      const value = marks.get(name) || "";
      marks.delete(name);
      return value.slice(0, charsMax);
    };
    const host = referrer.split(/[/:]+/)[1];
    const choice = take("balise");
    path = here.pathname;
    from = {
      medium: take("src", MEDIUM_CHARS_MAX),
      item: take("item", ITEM_CHARS_MAX),
      ref: host === here.hostname ? "" : host,
    };
    if (choice === "off") storage[OBJECTION] = 1;
    // A printed code and a message have no referrer: they cannot take an objection back.
    else if (choice && host) delete storage[OBJECTION];
    if (choice + from.medium + from.item) history.replaceState(history.state, "", here);
  }

  const objects = () =>
    storage[OBJECTION] ||
    navigator.globalPrivacyControl ||
    navigator.doNotTrack > 0;

  // Keep what is not delivered, one event a line

  const fresh = (body) => (SENDABLE.exec(body) || 0)[1] > Date.now() - AGE_MS_MAX;

  const kept = () => (queue.balise || "").split("\n").filter(fresh);

  function keep(delivered, unsent) {
    const bodies = kept().filter((body) => body !== delivered).concat(unsent);
    delete queue.balise;
    if (bodies[0]) queue.balise = bodies.slice(0, EVENTS_MAX).join("\n");
  }

  function flush() {
    const waiting = kept();
    const next = () => waiting[0] && deliver(waiting.shift(), next);
    next();
  }

  // Send

  function send(name, more, owner) {
    if (!seq && more) return; // nothing comes before the view, which alone has no more to say
    const event = { seq: seq++, name, at: Date.now(), ...more };
    const tags = owner ? [owner] : [...document.scripts];
    new Set(tags.map((tag) => tag.dataset.card)).forEach((card) =>
      deliver(
        JSON.stringify({
          v: 1,
          card,
          page,
          ...from,
          lang: navigator.language,
          tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
          width: innerWidth,
          events: [event],
        })
      )
    );
  }

  // Only `fetch` tells whether it was heard, and it sends no cookie. A page that is left hears no
  // answer: there `sendBeacon` goes first. A string is text/plain, which needs no preflight.
  function deliver(event, next) {
    const endpoint = new URL("api/track", script.src);
    const body = event.replace("{", `{"sent":${Date.now()},`);
    if (objects()) delete queue.balise;
    else if (fresh(event)) {
      if (!shown && navigator.onLine && navigator.sendBeacon(endpoint, body)) return;
      keep(event, event);
      fetch(endpoint, { method: "POST", body, keepalive: true })
        .then((answer) => {
          if (answer.status < 429) {
            keep(event);
            if (next) next();
          }
        })
        .catch(() => {});
    }
  }

  // What is told

  function click(event) {
    if (event.button > 1) return; // the middle button opens links, the right one a menu
    const near = (selector) => event.target.closest(selector);
    const button = near("[data-track],[data-share]") || near("a");
    const { track, trackLabel = "", share: channel } = button.dataset;
    const target = Object.keys(TARGETS).find((name) =>
      track ? track === name : RegExp(`${TARGETS[name]}[/.]${name}.com/`).test(button.href)
    );
    const owner = near("[data-card]");
    if (channel) {
      share(button, channel);
      send("share", { label: channel }, owner);
    } else if (target) {
      send("click", { label: trackLabel.slice(0, LABEL_CHARS_MAX), target }, owner);
    }
  }

  // A share link gets the tagged address in place of the address that it holds; a button without
  // a link copies it, or opens the system's share sheet.
  function share(button, channel) {
    const url = new URL(location);
    url.search = `src=share&item=${channel}` + url.search.replace("?", "&");
    if (button.href) button.href = button.href.replace(/https?%3A[^&]*/, encodeURIComponent(url));
    else if (channel === "copy") navigator.clipboard.writeText(url);
    else navigator.share({ url }).catch(() => {});
  }

  // Time counts while the page is shown, until half a minute after the last sign of life.
  function measure() {
    const now = Date.now();
    if (shown) engagedMs += Math.max(0, Math.min(now, aliveAt + IDLE_MS) - countedAt);
    engagedMs = Math.min(engagedMs, ENGAGED_MS_MAX);
    countedAt = now;
    const seen = (100 * (scrollY + innerHeight + 1)) / document.documentElement.scrollHeight;
    scroll = Math.max(scroll, Math.min(100, seen | 0));
  }

  function engage() {
    measure();
    if (engagedMs - toldMs >= ENGAGE_STEP_MS) {
      toldMs = engagedMs;
      send("engage", { ms: engagedMs, scroll });
    }
  }

  // Any sign of life: the page may have come, gone, come back, or become another one.
  function notice(event) {
    // Not every browser hides a page that it leaves, and browsers differ in what comes first.
    measure();
    if (event.persisted && countedAt - leftAt > RETURN_MS) renew();
    if (shown && path !== location.pathname) {
      engage();
      arrive("");
    }
    if (event.type !== "pagehide" && !document.hidden) {
      aliveAt = countedAt;
      if (!shown) {
        shown = true;
        flush();
      }
      if (!seq) send("view");
    } else if (shown) {
      shown = false;
      leftAt = countedAt;
      engage();
    }
  }

  function start() {
    if ((window.balise || 0).v) return;
    (window.balise = safely((name) => OURS.test(name) || send(name, {}))).v = 1;
    arrive(document.referrer);
    const listen = (names, work) =>
      names.split(" ").forEach((name) => addEventListener(name, safely(work), true));
    listen("visibilitychange pagehide pageshow mousemove keydown scroll", notice);
    listen("click auxclick", click);
    listen("online", flush);
    setInterval(safely(engage), ENGAGE_EVERY_MS);
    notice(0);
    // Where there is no such object, the next sign of life finds the new path.
    navigation.addEventListener("currententrychange", safely(notice));
  }

  safely(start)();
})();
