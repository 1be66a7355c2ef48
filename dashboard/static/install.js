// Two comforts of the installation page, which works without them: copying, and waiting.

const COPIED_MS = 2_000;
const ASK_EVERY_MS = 1_500;
const ASK_FOR_MS = 5 * 60_000;
const HELP_AFTER_MS = 20_000;

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  const code = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await copied(code))) return;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), COPIED_MS);
  });
}

// Without TLS there is no clipboard to write to: there the old way, and the text stays selected.
async function copied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

const result = document.getElementById("result");
const waiting = document.getElementById("waiting");
let since = 0;

document.getElementById("try").addEventListener("click", () => {
  const asks = since > 0;
  since = Date.now();
  waiting.hidden = Boolean(result.firstElementChild);
  if (!asks) ask();
});

// Goes on after the first answer: each button that is tapped appears.
async function ask() {
  const waited = Date.now() - since;
  if (waited > ASK_FOR_MS) {
    since = 0;
    waiting.hidden = true;
    return;
  }
  try {
    const answer = await fetch(result.dataset.source);
    const html = answer.ok ? await answer.text() : "";
    if (html && html !== result.dataset.shown) {
      result.innerHTML = html;
      result.dataset.shown = html;
      waiting.hidden = true;
    }
  } catch {
    // The network comes and goes; the next question will tell.
  }
  if (waited > HELP_AFTER_MS && !result.firstElementChild) document.getElementById("help").open = true;
  setTimeout(ask, ASK_EVERY_MS);
}
