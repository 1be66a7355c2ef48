// Tells the holder of a card that it is used, and nobody who used it.
//
// <script defer src="https://…/b.js" data-card="k7Hq2xPa"></script>
//
// It never throws, never holds up a click and never reads a cookie. It stores nothing, except
// events that could not be delivered, an objection, and, in the tab's own history, when this page
// was there. Its one global is `balise("name")`.
// Names in capitals that are not set here come from the server's own contract, at the build. Some
// texts are written out where they are used again: repeated, they pack better than a name for them.

/* global TARGETS, MARK_CHARS_MAX, LABEL_CHARS_MAX, ENGAGED_MS_MAX, EVENTS_MAX, AGE_MS_MAX */

// A card must work with us broken; nobody is helped by an error in its console.
try {
(() => {
  // Settings

  const IDLE_MS = 30_000; // without a sign of life for so long, nobody is looking
  const ENGAGE_EVERY_MS = 15_000;
  const ENGAGE_STEP_MS = 1_000; // less is not worth a request
  const RETURN_MS = 30 * 60_000; // who comes back after this is a new view

  // The same for what is called later.
  const safely = (work) => (given) => {
    try {
      return work(given);
    } catch {}
  };

  // Data: one page instance, in memory

  let storage, queue; // since it began
  let source = ""; // the script's own address
  let cards = new Set(); // several may share a page, and a tag that is there twice counts once
  let seq, engagedMs, toldMs, scroll;
  let path; // an application that changes its path shows another page
  let about; // what all its events say: page instance, medium, item, host of the referrer, zone
  let shown = !document.hidden; // hidden is what is prerendered, too
  let aliveAt = Date.now(); // the last sign of life; engaged time is counted up to there
  let hereAt; // when this page was counted or left

  // The page's own query stays as it is written: `searchParams` would make `?edit=` of `?edit`.
  const query = () => location.search.replace("?", "&");
  const here = (search) => Object.assign(new URL(location), { search });

  // What a click is: one of the words that the collector knows, in the attribute or in the link. A
  // share link gets the page's tagged address in place of the one it holds; a button without a link
  // copies it, or opens the system's share sheet.
  const click = (event) => {
    if (event.button > 1) return; // the middle button opens links, the right one a menu
    const button = event.target.closest("[data-track]") || event.target.closest("a");
    const { track, trackLabel = "" } = button.dataset;
    if (track === "share") {
      const url = here(`src=share&item=${trackLabel}` + query());
      if (button.href) button.href = button.href.replace(/https?%[^&]+/, encodeURIComponent(url));
      else
        (trackLabel === "copy"
          ? navigator.clipboard.writeText(url)
          : navigator.share({ url })
        ).catch(safely);
    }
    send(
      "click",
      {
        label: trackLabel.slice(0, LABEL_CHARS_MAX),
        // No word, no click: it throws.
        target: (track || button.href).match(/(?:^|\.|\/\/)(TARGETS)(:|\.(com|me)\/|$|\?)/)[1],
      },
      event.target.closest("[data-card]")?.dataset.card
    );
  };

  // Marks leave the address, so that a copied link does not carry them on.
  const arrive = (referrer) => {
    seq = scroll = toldMs = engagedMs = 0;
    const marks = {};
    const rest = query().replace(/&(src|item|balise)=([^&]*)/g, (mark, name, value) => {
      marks[name] = value.slice(0, MARK_CHARS_MAX);
      return "";
    });
    about = {
      page: Math.random().toFixed(12).slice(2), // 40 random bits
      medium: marks.src,
      item: marks.item,
      ref: referrer.split(/[/:]+/)[1],
      // The first use of `Intl` takes a slow phone a fifth of a second; `Temporal` has it ready.
      tz: window.Temporal
        ? Temporal.Now.timeZoneId()
        : Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
    if (marks.balise === "off") storage["balise-off"] = 1;
    // Only the objection page can take an objection back, no link that somebody sends.
    else if (marks.balise && source.startsWith(referrer || 1)) delete storage["balise-off"];
    path = location.pathname; // not before: an objection that cannot be kept ends it all
    if (rest !== query()) history.replaceState(history.state, "", here(rest.slice(1)));
  };

  // Keep what is not delivered: an entry of its own for each event, so that two tabs of a site do
  // not write over each other

  const kept = () => Object.keys(queue).filter((key) => key.match(/^{"v":/));

  const flush = () => kept().forEach(deliver);

  // Send

  const send = (name, more, owner) => {
    if (!seq && more) return; // nothing comes before the view, which alone has no more to say
    const event = { seq: seq++, name, at: Date.now(), ...more };
    cards.forEach(
      (card) =>
        (owner && owner !== card) ||
        deliver(JSON.stringify({ v: 1, card, ...about, events: [event] }))
    );
  };

  // Only `fetch` tells whether it was heard, and it sends no cookie. A page that is left hears no
  // answer: there `sendBeacon` goes first. A string is text/plain, which needs no preflight.
  const deliver = (event) => {
    const endpoint = new URL("api/track", source);
    const body = event.replace("{", `{"sent":${Date.now()},`);
    if (
      !(storage["balise-off"] || navigator.globalPrivacyControl || navigator.doNotTrack > 0) &&
      // A page may have replaced what writes JSON, and others may write to storage.
      event.match(/at":(\d+)/)?.[1] > Date.now() - AGE_MS_MAX
    ) {
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

  // Asked only when the page was moved and when it is told: the browser may have to lay it out.
  const look = () =>
    (scroll = Math.min(
      100,
      Math.max(scroll, ((100 * (scrollY + innerHeight + 1)) / document.body.scrollHeight) | 0)
    ));

  const engage = () => {
    const ms = engaged();
    if (ms - toldMs >= ENGAGE_STEP_MS) send("engage", { ms: (toldMs = ms), scroll: look() });
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
    if (seq && ((event.persisted && aliveAt - hereAt > RETURN_MS) || path !== location.pathname)) {
      engage();
      arrive("");
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
    queue = storage = safely(() => localStorage)() || {};
    // Not `document.currentScript`: while the page waits, it costs more than all the rest. Others
    // may use this attribute too, but not with this name of a script.
    for (const tag of document.scripts)
      if ((tag.src + " " + tag.dataset.card).match(/\/b\.\S+ [^\W_]{8}$/)) {
        cards.add(tag.dataset.card);
        source = tag.src;
        if (tag.dataset.queue) queue = {};
      }
    if (!source) console.warn("data-card"); // on no tag, or none that could be one
    arrive(document.referrer);
    if (aliveAt - left() < RETURN_MS) seq = 1; // its view was counted
    flush();
    notice(0);
  };

  // What is listened to. The page is not held up: all of it begins in a quiet moment, or with the
  // first sign of life. Where nobody tells of quiet moments, that is `pageshow`.
  const works = {
    mousemove: notice,
    keydown: notice,
    scroll: (event) => {
      look();
      notice(event);
    },
    pageshow: notice,
    visibilitychange: notice,
    currententrychange: notice,
    click,
    auxclick: click,
    online: flush,
  };

  const heard = safely((event) => {
    path || begin();
    works[event.type]?.(event); // of a quiet moment, nothing more
  });

  if (!window.balise?.call) {
    window.balise = safely((name) => {
      path || begin();
      name.match(/^(?!(view|click|engage)$)[a-z][a-z\d_]{0,31}$/) && send(name, 1);
    });
    for (const name in works) addEventListener(name, heard, true);
    setInterval(safely(engage), ENGAGE_EVERY_MS);
    // Where the first is missing, the next sign of life finds the new path.
    navigation.addEventListener("currententrychange", heard);
    requestIdleCallback(heard);
  }
})();
} catch {}
