// Shows how far a job is, without the page being loaded again; without scripts the page does that.
const EVERY_MS = 1000;

async function look() {
  const shown = document.getElementById("waits");
  if (!shown.hasAttribute("data-waits")) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("waits");
    if (!now) return location.reload();
    const before = shown.querySelectorAll("progress");
    const after = now.querySelectorAll("progress");
    const waits = now.hasAttribute("data-waits");
    if (waits && before.length === after.length) {
      before.forEach((each, n) => (each.value = after[n].value));
    } else {
      shown.replaceWith(now);
      if (!waits) return;
    }
  } catch {
    // Offline for a moment: it looks again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
