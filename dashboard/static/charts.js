// Two comforts of a drawing over time, which says everything without them: the figure beside the
// finger, and a way across days that leads to them: a mouse that was dragged opens them; a finger that
// slid may only have been reading, so it is offered them, as who walks with Shift and the arrows is.
// All words and days are read from its table.

const SVG = "http://www.w3.org/2000/svg";
const DRAG_MIN_PX = 12;

for (const chart of document.querySelectorAll('[data-chart="series"]')) liven(chart);
for (const chart of document.querySelectorAll('[data-chart="grid"]')) liven(chart, true);

function liven(chart, grid = false) {
  const drawing = chart.querySelector(":scope > svg");
  const rows = [...chart.querySelectorAll("tbody tr")];
  const heads = [...chart.querySelectorAll("thead th")].map((head) => head.textContent);
  if (!rows.length) return;
  const tip = chart.appendChild(document.createElement("p"));
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  const at = grid ? cell : point;
  let start = null;
  let shown = 0;

  drawing.tabIndex = 0;
  drawing.addEventListener("pointerdown", (event) => {
    hide();
    show(at(event));
  });
  drawing.addEventListener("pointermove", (event) => {
    show(at(event));
    if (start !== null && event.buttons) choose(start, shown);
  });
  // A finger leaves when it is lifted: what it showed stays until the page is touched elsewhere.
  drawing.addEventListener("pointerleave", (event) => event.pointerType === "touch" || hide());
  drawing.addEventListener("pointercancel", hide);
  document.addEventListener("pointerdown", (event) => chart.contains(event.target) || hide());
  // What is offered keeps its place while it is pressed, for the drawing keeps the focus.
  tip.addEventListener("mousedown", (event) => event.preventDefault());
  drawing.addEventListener("blur", hide);
  drawing.addEventListener("focus", () => drawing.matches(":focus-visible") && show(shown));
  drawing.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    if (event.key === "Enter" && start !== null) return location.assign(address(start, shown));
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (grid || !event.shiftKey) hide();
    else start ??= shown;
    show(Math.min(Math.max(shown + step, 0), (grid ? rows.length * 7 : rows.length) - 1));
    if (start !== null) offer(start, shown);
  });
  if (!grid) selectable();

  // Of a line: the point nearest to the finger.
  function point(event) {
    const box = drawing.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    return Math.min(Math.max(Math.round(part * (rows.length - 1)), 0), rows.length - 1);
  }

  // Of a grid: hour by hour, from Monday on.
  function cell(event) {
    const box = drawing.querySelector("svg").getBoundingClientRect();
    const hour = Math.floor((24 * (event.clientX - box.left)) / box.width);
    const day = Math.floor((7 * (event.clientY - box.top)) / box.height);
    const inside = hour >= 0 && hour < 24 && day >= 0 && day < 7;
    return inside ? day * 24 + hour : -1;
  }

  function show(index) {
    if (index < 0) return hide();
    shown = index;
    const part = grid ? (index % 24) / 23 : index / Math.max(rows.length - 1, 1);
    write(grid ? inGrid(index) : inLine(index));
    place(part);
    if (!grid) mark("c-guide", { x1: `${100 * part}%`, x2: `${100 * part}%`, y1: 20, y2: 210 }, "line");
  }

  function place(part) {
    tip.hidden = false;
    const room = drawing.getBoundingClientRect().width - tip.offsetWidth;
    tip.style.transform = `translate(${Math.max(0, room * part)}px, ${drawing.offsetTop ?? 0}px)`;
  }

  function inLine(index) {
    const [name, ...values] = rows[index].children;
    const said = values.map((value, column) => [heads[column + 1], value.textContent]);
    return [name.textContent, said];
  }

  function inGrid(index) {
    const row = rows[index % 24];
    const day = Math.floor(index / 24) + 1;
    return [`${heads[day]} ${row.children[0].textContent}`, [["", row.children[day].textContent]]];
  }

  function write([name, said]) {
    tip.replaceChildren(name);
    for (const [head, value] of said) {
      const number = document.createElement("b");
      number.textContent = value;
      tip.append(document.createElement("br"), number, head ? ` ${head}` : "");
    }
  }

  function hide() {
    tip.hidden = true;
    start = null;
    drawing.querySelectorAll(".c-guide, .c-chosen").forEach((each) => each.remove());
  }

  // One element of a class, moved when it is there already.
  function mark(name, attributes, kind) {
    const found = drawing.querySelector(`.${name}`) ?? document.createElementNS(SVG, kind);
    found.classList.add(name);
    for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
    drawing.append(found);
  }

  function choose(from, to) {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const last = Math.max(rows.length - 1, 1);
    mark("c-chosen", { x: `${(100 * low) / last}%`, width: `${(100 * (high - low)) / last}%`, y: 20, height: 190 }, "rect");
  }

  function selectable() {
    let pressed = 0;
    drawing.setAttribute("aria-keyshortcuts", "Shift+ArrowLeft Shift+ArrowRight Enter");
    drawing.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pressed = event.clientX;
      start = point(event);
    });
    drawing.addEventListener("pointerup", (event) => {
      const dragged = start !== null && Math.abs(event.clientX - pressed) >= DRAG_MIN_PX;
      if (!dragged) drawing.querySelector(".c-chosen")?.remove();
      else if (event.pointerType === "touch") offer(start, point(event));
      else location.assign(address(start, point(event)));
      start = null;
    });
  }

  function offer(from, to) {
    choose(from, to);
    const link = document.createElement("a");
    link.href = address(from, to);
    const [first, last] = ends(from, to).map((row) => row.children[0].textContent);
    link.textContent = first === last ? `${first} →` : `${first} – ${last} →`;
    tip.replaceChildren(link);
    place(to / Math.max(rows.length - 1, 1));
  }

  function ends(from, to) {
    return [rows[Math.min(from, to)], rows[Math.max(from, to)]];
  }

  function address(from, to) {
    const [first, last] = ends(from, to);
    const asked = new URL(location.href);
    asked.searchParams.delete("period");
    asked.searchParams.set("from", first.dataset.from);
    asked.searchParams.set("to", last.dataset.to ?? last.dataset.from);
    return asked;
  }
}
