// Building elements. Everything that comes from an article, a model or the server goes in as text:
// there is no way here to pass markup.

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

export function problemBox(problem, ...actions) {
  return el("div", { class: "problem" },
    el("p", { class: "problem-title" }, problem.title),
    el("p", {}, problem.detail),
    el("p", { class: "remedy" }, problem.remedy),
    actions.length ? el("p", { class: "actions" }, ...actions) : null);
}
