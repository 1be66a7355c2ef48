// Tells the holder of a card that it is used, and nobody who used it.
//
// <script defer src="https://…/b.js" data-card="k7Hq2xPa"></script>
//
// It never throws, never holds up a click and never reads a cookie. It stores nothing, except
// events that could not be delivered, an objection, and, in the tab's own history, when this page
// was there. Its one global is `balise("name")`.
// Names in capitals that are not set here come from the server's own contract, at the build.

/* global TARGETS, MEDIUM_CHARS_MAX, ITEM_CHARS_MAX, LABEL_CHARS_MAX, ENGAGED_MS_MAX */
/* global EVENTS_MAX, AGE_MS_MAX */

// A card must work with us broken; nobody is helped by an error in its console.
try {
(() => {
  // Settings

  const IDLE_MS = 30_000; // without a sign of life for so long, nobody is looking
  const ENGAGE_EVERY_MS = 15_000;
  const ENGAGE_STEP_MS = 1_000; // less is not worth a request
  const RETURN_MS = 30 * 60_000; // who comes back after this is a new view

  const OBJECTION = "balise-off"; // in storage; the events that wait are under "balise"

  const script = document.currentScript;

  // The same for what is called later.
  const safely = (work) => (given) => {
    try {
      return work(given);
    } catch {}
  };

  // A sandbox or a visitor's setting may forbid storage: then memory does, while the page lasts.
  const storage = safely(() => localStorage)() || {};
  const queue = script.dataset.queue ? {} : storage;

  // Several cards may share a page. A list, so that a tag that is there twice counts once.
  const cards = new Set(
    [...document.scripts].map((tag) => tag.dataset.card).filter((id) => /^[^\W_]{8}$/.test(id))
  );

  // Data: one page instance, in memory

  let page, seq, engagedMs, toldMs, scroll;
  let path; // an application that changes its path shows another page
  let from; // medium, item and host of the referrer
  let shown = false;
  let aliveAt; // the last sign of life; engaged time is counted up to there

  // What a click is. A share link gets the page's tagged address in place of the one it holds; a
  // button without a link copies it, or opens the system's share sheet.
  const click = (event) => {
    if (event.button > 1) return; // the middle button opens links, the right one a menu
    const near = (selector) => event.target.closest(selector);
    const button = near("[data-track],[data-share]") || near("a");
    const { share, track, trackLabel = "" } = button.dataset;
    const label = (share || trackLabel).slice(0, LABEL_CHARS_MAX);
    const owner = near("[data-card]");
    if (share) {
      const url = new URL(location);
      url.search = `src=share&item=${label}` + url.search.replace("?", "&");
      if (button.href) button.href = button.href.replace(/https?%[^&]+/, encodeURIComponent(url));
      else if (label === "copy") navigator.clipboard.writeText(url);
      else navigator.share({ url }).catch(safely);
      send("share", { label }, owner);
    } else {
      const said = track ? track + " " : button.href; // no address holds a space
      for (const [word, target] of TARGETS.matchAll(/(\w+)\S*/g))
        if (RegExp(word.replace(target, "^$& $|[/.]$&.com/")).test(said))
          return send("click", { label, target }, owner);
    }
  };

  const renew = () => {
    page = (Math.random().toString(36) + 1e12).slice(2, 14); // 52 random bits, filled up
    seq = scroll = toldMs = engagedMs = 0;
  };

  // Marks leave the address, so that a copied link does not carry them on.
  const arrive = (referrer) => {
    renew();
    const here = new URL(location);
    const [medium, item, choice] = ["src", "item", "balise"].map((name) => {
      const value = here.searchParams.get(name) || "";
      here.searchParams.delete(name);
      return value;
    });
    path = here.pathname;
    from = {
      medium: medium.slice(0, MEDIUM_CHARS_MAX),
      item: item.slice(0, ITEM_CHARS_MAX),
      ref: referrer.split(/[/:]+/)[1],
    };
    if (choice === "off") storage[OBJECTION] = 1;
    // A printed code and a message have no referrer: they cannot take an objection back.
    else if (choice && referrer) delete storage[OBJECTION];
    if (medium + item + choice) history.replaceState(history.state, "", here);
  };

  const objects = () =>
    storage[OBJECTION] || navigator.globalPrivacyControl || navigator.doNotTrack > 0;

  // Keep what is not delivered, one event a line

  // A page may have replaced what writes JSON, and others may write to storage.
  const fresh = (body) => (/","at":(\d+)/.exec(body) || 0)[1] > Date.now() - AGE_MS_MAX;

  const kept = () => (queue.balise || "").split("\n").filter(fresh);

  const keep = (delivered, unsent) => {
    const bodies = kept().filter((body) => body !== delivered).concat(unsent);
    delete queue.balise;
    if (bodies[0]) queue.balise = bodies.slice(0, EVENTS_MAX).join("\n");
  };

  const flush = () => kept().forEach(deliver);

  // Send

  // The first use of `Intl` takes a slow phone a fifth of a second; `Temporal` has the zone ready.
  const zone = () =>
    window.Temporal ? Temporal.Now.timeZoneId() : Intl.DateTimeFormat().resolvedOptions().timeZone;

  const send = (name, more, owner) => {
    if (!seq && more) return; // nothing comes before the view, which alone has no more to say
    const event = { seq: seq++, name, at: Date.now(), ...more };
    cards.forEach(
      (card) =>
        (owner && owner.dataset.card !== card) ||
        deliver(
          JSON.stringify({
            v: 1,
            card,
            page,
            ...from,
            lang: navigator.language,
            tz: zone(),
            width: innerWidth,
            events: [event],
          })
        )
    );
  };

  // Only `fetch` tells whether it was heard, and it sends no cookie. A page that is left hears no
  // answer: there `sendBeacon` goes first. A string is text/plain, which needs no preflight.
  const deliver = (event) => {
    const endpoint = new URL("api/track", script.src);
    const body = event.replace("{", `{"sent":${Date.now()},`);
    if (objects()) delete queue.balise;
    else if (fresh(event)) {
      if (!shown && navigator.sendBeacon(endpoint, body)) return;
      keep(event, event);
      fetch(endpoint, { method: "POST", body, keepalive: true })
        .then(({ status }) => {
          if (status === 404) cards.delete(event.slice(15, 23)); // nobody's, and said once
          if (status < 429) keep(event);
        })
        .catch(safely);
    }
  };

  // Time counts while the page is shown, until half a minute after the last sign of life.
  const engaged = () =>
    Math.min(ENGAGED_MS_MAX, engagedMs + (shown && Math.min(IDLE_MS, Date.now() - aliveAt)));

  const engage = () => {
    const ms = engaged();
    if (ms - toldMs >= ENGAGE_STEP_MS) send("engage", { ms: (toldMs = ms), scroll });
  };

  // When this entry of the tab's history was seen last: a reload and a way back bring it again.
  // The state of an application is not touched; without this object, a reload is a new view.
  const left = safely(() => navigation.currentEntry.getState() || 0);

  // Any sign of life: the page may have come, gone, come back, or become another one.
  const notice = (event) => {
    engagedMs = engaged();
    aliveAt = Date.now();
    if (event.persisted && aliveAt - left() > RETURN_MS) renew();
    if (shown) {
      // Not at the start: there it would make the browser lay out a page that is not complete.
      scroll = Math.max(
        scroll,
        Math.min(100, ((100 * (scrollY + innerHeight + 1)) / document.body.scrollHeight) | 0)
      );
      if (path !== location.pathname) {
        engage();
        arrive("");
      }
    }
    if (!document.hidden) {
      if (!shown) {
        shown = true;
        flush();
      }
      if (seq) return;
      send("view");
    } else {
      if (!shown) return;
      shown = false;
      engage();
    }
    // After the view too: some browsers forget what is said while a page is being left.
    if (left() >= 0) navigation.updateCurrentEntry({ state: aliveAt });
  };

  if (!(window.balise || 0).call) {
    window.balise = safely(
      (name) => /^(?!(view|click|engage)$)[a-z][a-z\d_]{0,31}$/.test(name) && send(name, {})
    );
    if (!cards.size) console.warn("[data-card]"); // none that could be one
    arrive(document.referrer);
    const listen = (names, work) =>
      names.split(" ").forEach((name) => addEventListener(name, safely(work), true));
    listen("mousemove keydown scroll pageshow visibilitychange", notice);
    listen("click auxclick", click);
    listen("online", flush);
    setInterval(safely(engage), ENGAGE_EVERY_MS);
    if (Date.now() - left() < RETURN_MS) seq = 1; // its view was counted
    notice(0);
    // Where there is no such object, the next sign of life finds the new path.
    navigation.addEventListener("currententrychange", safely(notice));
  }
})();
} catch {}
