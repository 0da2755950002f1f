// A list of any length of which only the rows in sight exist. Rows have one height (`--row`, in rem),
// so that the bar beside it tells the truth; their contents come from the server in pages, as they are needed.

import { el } from "./dom.js";

const PAGE = 100;
const BEYOND = 6;
const CONTROLS = "input, button";

export class LongList {
  // `fetchPage(offset, limit)` gives `{count, articles}`, `drawRow(item)` the children of a row.
  constructor(label, fetchPage, drawRow) {
    Object.assign(this, { fetchPage, drawRow, count: 0, round: 0 });
    this.pages = new Map();
    this.rows = new Map();
    this.root = el("ul", { class: "articles", "aria-label": label });
    const later = () => this.wanted || (this.wanted = requestAnimationFrame(() => this.draw()));
    document.addEventListener("scroll", later, { capture: true, passive: true });
    addEventListener("resize", later);
  }

  // Reads anew; what is shown stays until the new rows are there. Returns the first page.
  async reload() {
    const mine = ++this.round;
    const first = await this.fetchPage(0, PAGE);
    if (mine !== this.round) return first;
    this.pages = new Map([[0, first.articles]]);
    this.count = first.count;
    this.redraw();
    return first;
  }

  clear() {
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
  }

  draw() {
    this.wanted = 0;
    const scroller = this.root.closest(".panel-body");
    if (!scroller) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const height = rem * parseFloat(getComputedStyle(this.root).getPropertyValue("--row"));
    if (height !== this.height) this.clear();
    this.height = height;
    this.root.style.height = `${this.count * height}px`;
    const above = scroller.getBoundingClientRect().top - this.root.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor(above / height) - BEYOND);
    const to = Math.min(this.count, Math.ceil((above + scroller.clientHeight) / height) + BEYOND);
    for (const [at, row] of this.rows) {
      // A row that has the focus stays: it would be lost with it.
      if ((at < from || at >= to) && !row.contains(document.activeElement)) {
        row.remove();
        this.rows.delete(at);
      }
    }
    for (let at = from; at < to; at += 1) this.place(at, height);
  }

  place(at, height) {
    const page = this.pages.get(Math.floor(at / PAGE));
    if (!page) this.fetch(Math.floor(at / PAGE));
    if (!page?.[at % PAGE] || this.rows.has(at)) return;
    const row = el("li", { "aria-setsize": this.count, "aria-posinset": at + 1 }, ...this.drawRow(page[at % PAGE]));
    row.style.transform = `translateY(${at * height}px)`;
    this.rows.set(at, row);
    // In the order of the list, for those who go from row to row.
    const next = [...this.rows.keys()].filter((other) => other > at).toSorted((a, b) => a - b)[0];
    this.root.insertBefore(row, next === undefined ? null : this.rows.get(next));
  }

  async fetch(number) {
    const mine = this.round;
    this.pages.set(number, []); // on its way
    const found = await this.fetchPage(number * PAGE, PAGE).catch(() => null);
    if (mine !== this.round) return;
    if (found) this.pages.set(number, found.articles);
    else this.pages.delete(number); // the next look asks again
    if (found) this.draw();
  }

  // Whoever stands on a row stays at this place of the list.
  redraw() {
    const focused = document.activeElement;
    const [at, row] = [...this.rows].find(([, one]) => one.contains(focused)) ?? [];
    const nth = row && [...row.querySelectorAll(CONTROLS)].indexOf(focused);
    this.clear();
    this.draw();
    if (!row) return;
    const there = this.rows.get(at)?.querySelectorAll(CONTROLS)[nth];
    (there ?? this.root.closest(".panel-body"))?.focus({ preventScroll: true });
  }
}
