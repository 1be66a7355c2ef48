// The last 30 minutes, as the server tells them. The browser comes back by itself when it is cut off.

const now = document.getElementById("now");
let source;

function listen() {
  source = new EventSource(now.dataset.source);
  source.onmessage = ({ data }) => {
    for (const [name, count] of Object.entries(JSON.parse(data))) {
      const shown = now.querySelector(`[data-now="${name}"]`);
      if (shown && shown.textContent !== count) shown.textContent = count;
    }
  };
}

// A page that nobody looks at holds no line open.
function look() {
  if (document.hidden) source?.close();
  else listen();
}

if (now) {
  document.addEventListener("visibilitychange", look);
  look();
}
