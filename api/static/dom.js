// Building elements. Everything that comes from an article, a model or the server goes in as text:
// there is no way here to pass markup.

const SVG = "http://www.w3.org/2000/svg";
const GAP = 8;

export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

// A sign drawn in one line, for the eye only: a button with it has a label.
export function icon(path) {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  line.setAttribute("class", "line");
  const node = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" })) {
    node.setAttribute(name, value);
  }
  node.append(line);
  return node;
}

export function button(text, onclick, properties = {}) {
  return el("button", { class: "quiet", type: "button", onclick, ...properties }, text);
}

const DATES = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
});

export function dateText(date) {
  return date ? DATES.format(new Date(`${date}T00:00:00Z`)) : "no date";
}

export function plural(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

// A name that may be written in any direction, kept from turning its neighbours around.
export function name(text, properties = {}) {
  return el("bdi", properties, text);
}

// `page` is known of files that have pages.
export function origin(date, file, page = null) {
  return el("span", { class: "origin" }, dateText(date), " · ", name(file, { class: "file" }), page ? ` · page ${page}` : null);
}

// A list that may grow long scrolls by itself, so that what follows it stays in sight.
export function scrolled(list, label) {
  return el("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": label }, list);
}

// A text of which, where it takes too many lines, the first are shown, and the others at a press.
export function folded(node) {
  const toggle = button("Show all", () => open(toggle.getAttribute("aria-expanded") !== "true"), { class: "quiet small unfold", "aria-expanded": "false", hidden: true });
  const open = (on) => {
    node.classList.toggle("fold", !on);
    toggle.setAttribute("aria-expanded", String(on));
    toggle.textContent = on ? "Show less" : "Show all";
  };
  // How many lines it takes is decided by the width of the window.
  const fit = () => {
    if (node.classList.contains("fold")) toggle.hidden = node.scrollHeight <= node.clientHeight + 1;
  };
  node.classList.add("fold");
  new ResizeObserver(fit).observe(node);
  return el("div", {}, node, toggle);
}

// Puts what floats below `at`, or above it where there is more room, and never beyond the window.
export function place(node, at) {
  const { offsetWidth: width, offsetHeight: height } = node;
  const below = at.bottom + GAP + height <= innerHeight || at.top < height + GAP;
  node.style.left = `${Math.max(GAP, Math.min(at.left - GAP, innerWidth - width - GAP))}px`;
  node.style.top = `${below ? at.bottom + GAP : at.top - GAP - height}px`;
}

// Words of the program itself, in which `code` stands between backticks.
export function instruction(text) {
  return text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part)).filter((part) => part !== "");
}

// What to do, for whoever has only the page: the server's own words name its routes.
const ON_PAGE = {
  "nothing-indexed": "Add some here, or run `qa ingest` with their folder.",
  "unknown-article": "It may have been removed since; the list of articles shows what there is.",
};

export function problemBox(problem, ...actions) {
  return el("div", { class: "problem" },
    el("p", { class: "problem-title" }, problem.title),
    el("p", {}, problem.detail),
    el("p", { class: "remedy" }, instruction(ON_PAGE[problem.type] ?? problem.remedy)),
    actions.length ? el("p", { class: "actions" }, ...actions) : null);
}
