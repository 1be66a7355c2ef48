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

  const OBJECTION = "balise-off"; // in storage

  const script = document.currentScript;

  // The same for what is called later.
  const safely = (work) => (given) => {
    try {
      return work(given);
    } catch {}
  };

  // Data: one page instance, in memory

  let storage, queue, cards; // since it began
  let page, seq, engagedMs, toldMs, scroll;
  let path; // an application that changes its path shows another page
  let from; // medium, item and host of the referrer
  let shown = !document.hidden; // hidden is what is prerendered, too
  let aliveAt = Date.now(); // the last sign of life; engaged time is counted up to there
  let hereAt; // when this page was counted or left

  // What a click is. A share link gets the page's tagged address in place of the one it holds; a
  // button without a link copies it, or opens the system's share sheet.
  const click = (event) => {
    if (event.button > 1) return; // the middle button opens links, the right one a menu
    const near = (selector) => event.target.closest(selector);
    const button = near("[data-track],[data-share]") || near("a");
    const { share, track, trackLabel = "" } = button.dataset;
    const label = (share || trackLabel).slice(0, LABEL_CHARS_MAX);
    const owner = near("[data-card]")?.dataset.card;
    if (share) {
      const url = new URL(location);
      url.search = `src=share&item=${label}` + url.search.replace("?", "&");
      if (button.href) button.href = button.href.replace(/https?%[^&]+/, encodeURIComponent(url));
      else if (label === "copy") navigator.clipboard.writeText(url);
      else navigator.share({ url }).catch(safely);
      send("share", { label }, owner);
    } else {
      const word = TARGETS.split(" ").find((word) =>
        track
          ? track === word.split("|")[0]
          : RegExp(word.replace(/\w+/, "[/.]$&.com/")).test(button.href)
      );
      send("click", { label, target: word.split("|")[0] }, owner); // no word, no click: it throws
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
    from = {
      medium: medium.slice(0, MEDIUM_CHARS_MAX),
      item: item.slice(0, ITEM_CHARS_MAX),
      ref: referrer.split(/[/:]+/)[1],
    };
    if (choice === "off") storage[OBJECTION] = 1;
    // Only the objection page can take an objection back, no link that somebody sends.
    else if (choice && script.src.startsWith(referrer || 1)) delete storage[OBJECTION];
    path = here.pathname; // not before: an objection that cannot be kept ends it all
    if (medium + item + choice) history.replaceState(history.state, "", here);
  };

  const objects = () =>
    storage[OBJECTION] || navigator.globalPrivacyControl || navigator.doNotTrack > 0;

  // Keep what is not delivered: an entry of its own for each event, so that two tabs of a site do
  // not write over each other

  const kept = () => Object.keys(queue).filter((key) => /^{"v":/.test(key));

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
        (owner && owner !== card) ||
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
    // A page may have replaced what writes JSON, and others may write to storage.
    if (!objects() && /at":(\d+)/.exec(event)?.[1] > Date.now() - AGE_MS_MAX) {
      if (!shown && navigator.onLine && navigator.sendBeacon(endpoint, body)) return;
      fetch(endpoint, { method: "POST", body, keepalive: true })
        .then(({ status }) => {
          if (status === 404) cards.delete(event.slice(15, 23)); // nobody's, and said once
          if (status < 429) delete queue[event];
        })
        .catch(safely);
      if (!kept()[EVENTS_MAX - 1]) queue[event] = 1; // last: a storage that is full throws
    } else delete queue[event];
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
    const before = shown;
    engagedMs = engaged();
    shown = !document.hidden;
    aliveAt = Date.now();
    if (event.persisted && aliveAt - hereAt > RETURN_MS) renew();
    // Not before the view: there it could make the browser lay out a page that is not complete.
    if (seq) {
      scroll = Math.min(
        100,
        Math.max(scroll, ((100 * (scrollY + innerHeight + 1)) / document.body.scrollHeight) | 0)
      );
      if (path !== location.pathname) {
        engage();
        arrive("");
      }
    }
    if (shown > before) flush();
    if (shown ? seq : !before) return;
    if (!seq) send("view");
    if (!shown) engage();
    // After the view: some browsers forget what is said while a page is being left.
    hereAt = aliveAt;
    if (left() >= 0) navigation.updateCurrentEntry({ state: hereAt });
  };

  const begin = () => {
    // A sandbox or a visitor's setting may forbid storage: then memory does, while the page lasts.
    storage = safely(() => localStorage)() || {};
    queue = script.dataset.queue ? {} : storage;
    // Several cards may share a page. A list, so that a tag that is there twice counts once.
    cards = new Set(
      [...document.scripts].map((tag) => tag.dataset.card).filter((id) => /^[^\W_]{8}$/.test(id))
    );
    if (!cards.size) console.warn(script); // none that could be one
    arrive(document.referrer);
    if (aliveAt - left() < RETURN_MS) seq = 1; // its view was counted
    flush();
    notice(0);
  };

  const heard = (work) =>
    safely((event) => {
      path || begin();
      work(event);
    });

  if (!window.balise?.call) {
    window.balise = heard(
      (name) => name.match(/^(?!(view|click|engage)$)[a-z][a-z\d_]{0,31}$/) && send(name, 1)
    );
    const listen = (names, work) =>
      names.split(" ").forEach((name) => addEventListener(name, heard(work), true));
    listen("mousemove keydown scroll pageshow visibilitychange", notice);
    listen("click auxclick", click);
    listen("online", flush);
    setInterval(safely(engage), ENGAGE_EVERY_MS);
    // Where this object is missing, the next sign of life finds the new path.
    navigation.addEventListener("currententrychange", heard(notice));
    // The page is not held up: all of it begins in a quiet moment, or with the first sign of life.
    // Where nobody tells of quiet moments, that is `pageshow`.
    requestIdleCallback(heard(safely));
  }
})();
} catch {}
