// The list of articles: found, chosen to be asked alone, added, removed, brought in step.

import * as api from "./api.js";
import { button, dateText, el, icon, instruction, name, plural, problemBox, scrolled } from "./dom.js";
import { LongList } from "./longlist.js";
import { flush, undoable } from "./toast.js";
import { SIGNS } from "./talkmenu.js";
import { Uploads } from "./uploads.js";

const TYPING_MS = 150;

export class Library extends EventTarget {
  // `read(id, back)` opens an article, `scope(scope)` restricts what is asked.
  constructor(panel, { read, scope }) {
    super();
    Object.assign(this, { panel, read, scope, chosen: new Map(), leaving: new Set(), found: 0 });
    this.list = new LongList("Articles", (offset, limit) => api.articles({ ...this.wanted(), order: "newest", offset, limit }), (article) => this.row(article));
    this.uploads = new Uploads(() => this.changed());
    this.total = el("p", { class: "aside", role: "status" });
    this.job = el("div", { class: "job", role: "status" });
    this.trouble = el("div", { class: "trouble" });
    this.words = el("input", { type: "search", class: "input", placeholder: "Find by title, file or date", "aria-label": "Find by title, file or date" });
    this.from = el("input", { type: "date", class: "input", "aria-label": "From this day" });
    this.to = el("input", { type: "date", class: "input", "aria-label": "To this day" });
    this.filters = el("div", { class: "filters" }, this.words, el("span", { class: "range" }, this.from, "to", this.to));
    this.filters.addEventListener("input", () => this.later());
    this.only = button("", () => this.askOnly(), { class: "plain small" });
    this.none = button("Choose none", () => this.choose(null), { class: "quiet small" });
    this.picking = el("p", { class: "actions", hidden: true }, this.only, this.none);
    this.input = el("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-label": "Files to add", onchange: () => this.picked() });
    this.syncButton = button("Re-sync folders", () => this.follow(api.sync()), { class: "plain" });
    this.mayChange = true;
    this.locked = el("div", { hidden: true });
    this.changing = el("p", { class: "actions" }, button("Add files", () => this.input.click(), { class: "primary" }), this.input,
      el("span", { class: "aside drop-hint" }, "or drop them anywhere"), this.syncButton);
    this.body = el("div", { class: "library" }, this.changing, this.locked,
      this.job, this.uploads.root, this.filters, el("div", { class: "found" }, this.total, this.picking), this.trouble, this.list.root);
  }

  open(opener) {
    this.panel.show(null, this.body, opener, "Articles");
    this.load();
  }

  // Where the key of this browser is not for changing anything, `problem` says so.
  allow(problem) {
    this.mayChange = !problem;
    this.changing.hidden = Boolean(problem);
    this.locked.hidden = !problem;
    this.locked.replaceChildren(...(problem ? [problemBox(problem)] : []));
    if (this.panel.shows(this.body)) this.list.redraw();
  }

  wanted() {
    return { q: this.words.value.trim(), date_from: this.from.value, date_to: this.to.value };
  }

  get filtered() {
    return Object.values(this.wanted()).some(Boolean);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), TYPING_MS);
  }

  async load() {
    try {
      const { count, passages } = await this.list.reload();
      this.found = count;
      this.trouble.replaceChildren();
      this.drawTotal(passages);
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      this.trouble.replaceChildren(problemBox(problem, button("Try again", () => this.load(), { class: "plain" })));
    }
    this.drawOnly();
  }

  drawTotal(passages) {
    const counted = `${plural(this.found, "article")}, ${plural(passages, "passage")}`;
    if (this.filtered) this.total.textContent = this.found ? `${counted} found` : "No article matches.";
    else this.total.replaceChildren(...instruction(this.found ? counted : "No articles yet. Add files here, or run `qa ingest` with a folder."));
  }

  // What is chosen can be asked alone; where nothing is, what was found.
  drawOnly() {
    const count = this.chosen.size || (this.filtered ? this.found : 0);
    this.picking.hidden = !count;
    this.none.hidden = !this.chosen.size;
    this.only.textContent = `Ask only ${count === 1 ? "this one" : `these ${count.toLocaleString("en")}`}`;
  }

  async askOnly() {
    try {
      this.scope(await this.chosenScope());
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      this.trouble.replaceChildren(problemBox(problem));
    }
  }

  async chosenScope() {
    const { q, ...dates } = this.wanted();
    const filters = {};
    if (this.chosen.size) filters.files = [...this.chosen.keys()];
    else if (q) filters.files = (await api.articles(this.wanted())).articles.map(({ id }) => id);
    else for (const [key, value] of Object.entries(dates)) filters[key] = value || null;
    const [only] = this.chosen.values();
    const label = this.chosen.size === 1 ? `“${only}”` : plural(this.chosen.size || this.found, "article");
    return { label, filters, count: this.chosen.size || this.found };
  }

  choose(article, on) {
    if (!article) this.chosen.clear();
    else if (on) this.chosen.set(article.id, article.title);
    else this.chosen.delete(article.id);
    if (!article) this.list.redraw();
    this.drawOnly();
  }

  row(article) {
    const box = el("input", { type: "checkbox", class: "choose", checked: this.chosen.has(article.id), "aria-label": `Choose ${article.title}` });
    box.addEventListener("change", () => this.choose(article, box.checked));
    const open = el("button", { class: "source", type: "button", title: article.title },
      name(article.title, { class: "source-title" }),
      el("span", { class: "origin" }, `${dateText(article.date)} · ${plural(article.passages, "passage")}`, el("span", { class: "dot" }, " · "), name(article.id, { class: "file" })));
    open.addEventListener("click", () => this.read(article.id, () => this.open(null)));
    if (this.leaving.has(article.id)) return [el("span", { class: "gone" }, name(article.title, { class: "source-title" }), name(article.id, { class: "file" })), el("span", { class: "tag" }, "removed")];
    const state = article.state === "pending" ? el("span", { class: "tag" }, "being indexed") : null;
    const remove = this.mayChange && button(icon(SIGNS.remove), () => this.remove(article), { class: "quiet icon", "aria-label": `Remove ${article.title}`, title: "Remove" });
    return [box, open, state, remove].filter(Boolean);
  }

  remove(article) {
    const back = () => {
      this.leaving.delete(article.id);
      this.list.redraw();
    };
    flush();
    this.leaving.add(article.id);
    this.list.redraw();
    undoable(`Removed “${article.title}” from the index.`, { undo: back, commit: async (options) => {
      try {
        await api.remove(article.id, options);
        this.chosen.delete(article.id);
      } catch (problem) {
        if (!(problem instanceof api.Problem)) throw problem;
        this.trouble.replaceChildren(problemBox(problem));
      }
      back();
      await this.changed();
    } });
  }

  picked() {
    this.add([...this.input.files]);
    this.input.value = "";
  }

  async add(files) {
    if (!this.panel.shows(this.body)) this.open(null);
    await this.uploads.add(files);
  }

  async changed() {
    if (this.panel.shows(this.body)) await this.load();
    this.dispatchEvent(new Event("change"));
  }

  // A sync that is already under way, perhaps from another window, is shown here as well.
  async resume() {
    if (this.syncButton.disabled) return;
    const running = (await api.jobs()).jobs.find((job) => job.state === "running");
    if (running) await this.follow(api.watch(running.id));
  }

  async follow(events) {
    this.syncButton.disabled = true;
    try {
      for await (const { name: event, data } of events) this.progress(event, data);
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      this.job.replaceChildren(problemBox(problem));
    }
    this.syncButton.disabled = false;
    this.tellIndexing("");
    await this.changed();
  }

  progress(event, data) {
    if (event === "error") this.job.replaceChildren(problemBox(data));
    else if (event === "done") this.job.replaceChildren(...report(data));
    else {
      const what = data.total ? `${data.done.toLocaleString("en")} of ${plural(data.total, "article")}` : "Looking through the folders";
      this.bar ??= el("progress", { "aria-label": "Re-sync" });
      Object.assign(this.bar, { max: Math.max(data.total, 1), value: data.done });
      this.step ??= el("p", { class: "aside" });
      this.step.replaceChildren(what, data.file ? " · " : "", name(data.file ?? ""));
      if (!this.bar.isConnected) this.job.replaceChildren(this.bar, this.step);
      this.tellIndexing(data.total ? `Indexing: ${what}` : "");
    }
  }

  tellIndexing(text) {
    this.dispatchEvent(new CustomEvent("indexing", { detail: text }));
  }
}

function report(data) {
  const counts = ["added", "changed", "renamed", "deleted"].filter((key) => data[key]).map((key) => `${data[key]} ${key}`);
  const already = data.unchanged === 0 && !data.errors.length ? "There is nothing in any folder to bring in step." : "Everything was in step already.";
  const text = data.cancelled ? "Stopped before the end." : counts.length ? `In step: ${counts.join(", ")}.` : already;
  const errors = data.errors.map(({ file, problem }) => el("li", {}, name(file), problemBox(problem)));
  return [el("p", {}, text), errors.length ? scrolled(el("ul", { class: "uploads" }, ...errors), "Files that could not be read") : null].filter(Boolean);
}
