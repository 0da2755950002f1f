// The list of articles: read, filter, add, remove, bring in step with the folders.

import * as api from "./api.js";
import { dateText, el, name, plural, problemBox } from "./dom.js";

export class Library extends EventTarget {
  constructor(panel) {
    super();
    this.panel = panel;
    this.articles = [];
    this.list = el("ul", { class: "articles" });
    this.total = el("p", { class: "aside" });
    this.job = el("div", { class: "job", role: "status" });
    this.uploads = el("ul", { class: "uploads", "aria-live": "polite" });
    this.filter = el("input", { type: "search", class: "filter", placeholder: "Filter by title or file", "aria-label": "Filter by title or file", oninput: () => this.draw() });
    this.input = el("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-label": "Files to add", onchange: () => this.add([...this.input.files]) });
    this.syncButton = el("button", { class: "plain", type: "button", onclick: () => this.follow(api.sync()) }, "Re-sync folders");
    this.body = el("div", { class: "library" },
      el("h2", { id: "panel-title" }, "Articles"), this.total,
      el("p", { class: "actions" },
        el("button", { class: "primary", type: "button", onclick: () => this.input.click() }, "Add files"),
        this.syncButton, this.input),
      this.job, this.uploads, this.filter, this.list);
    this.acceptDrops();
  }

  open(opener) {
    this.panel.show(null, this.body, opener, "Articles");
    this.load();
  }

  async load() {
    try {
      this.articles = (await api.articles()).articles;
    } catch (problem) {
      this.list.replaceChildren(el("li", {}, problemBox(problem)));
      return;
    }
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  draw() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = this.articles.filter((article) => {
      const text = `${article.title} ${article.id} ${article.date ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const passages = this.articles.reduce((sum, article) => sum + article.passages, 0);
    this.total.textContent = this.articles.length
      ? `${plural(this.articles.length, "article")}, ${plural(passages, "passage")}`
      : "No articles yet. Add files here, or run `qa ingest` with a folder.";
    this.filter.hidden = this.articles.length < 6;
    this.list.replaceChildren(...shown.map((article) => this.row(article)));
    if (words.length && !shown.length) this.list.append(el("li", { class: "aside" }, "No article matches."));
  }

  row(article) {
    const open = el("button", { class: "source", type: "button" },
      name(article.title, { class: "source-title" }),
      el("span", { class: "origin" }, `${dateText(article.date)} · ${plural(article.passages, "passage")}`,
        article.state === "pending" ? el("span", { class: "tag" }, "being indexed") : null),
      name(article.id, { class: "file" }));
    open.addEventListener("click", () => this.panel.article({ file: article.id }, [], null, () => this.open(null)));
    const remove = el("button", { class: "quiet", type: "button", "aria-label": `Remove ${article.title}` }, "Remove");
    remove.addEventListener("click", () => this.remove(article, remove));
    remove.addEventListener("blur", () => disarm(remove));
    return el("li", {}, open, remove);
  }

  // The first press asks, the second removes; anything else lets it be.
  async remove(article, button) {
    if (!button.dataset.armed) {
      button.dataset.armed = "yes";
      button.textContent = "Remove it?";
      return;
    }
    try {
      await api.remove(article.id);
      this.panel.dialog.querySelector(".panel-body")?.focus();
      await this.load();
    } catch (problem) {
      button.closest("li").append(problemBox(problem));
    }
  }

  async add(files) {
    this.input.value = "";
    this.uploads.replaceChildren();
    const rows = files.map((file) => this.uploads.appendChild(el("li", {}, name(file.name), " ", el("span", { class: "aside" }, "waiting"))));
    for (const [index, file] of files.entries()) await this.addOne(file, rows[index]);
    await this.load();
  }

  async addOne(file, row) {
    row.lastChild.textContent = "being read…";
    try {
      const article = await api.upload(file);
      row.lastChild.textContent = `added, ${plural(article.passages, "passage")}`;
    } catch (problem) {
      row.lastChild.remove();
      row.append(problemBox(problem));
    }
  }

  // A sync that is already under way, perhaps from another window, is shown here as well.
  async resume() {
    const running = (await api.jobs()).jobs.find((job) => job.state === "running");
    if (running) await this.follow(api.watch(running.id));
  }

  async follow(events) {
    this.syncButton.disabled = true;
    try {
      for await (const { name: event, data } of events) this.progress(event, data);
    } catch (problem) {
      this.job.replaceChildren(problemBox(problem));
    }
    this.syncButton.disabled = false;
    await this.load();
  }

  progress(event, data) {
    if (event === "error") this.job.replaceChildren(problemBox(data));
    else if (event === "done") this.job.replaceChildren(...report(data));
    else {
      const bar = el("progress", { max: Math.max(data.total, 1), value: data.done, "aria-label": "Re-sync" });
      const what = data.total ? `${data.done} of ${plural(data.total, "article")}` : "Looking through the folders";
      this.job.replaceChildren(bar, el("p", { class: "aside" }, what, data.file ? " · " : "", name(data.file ?? "")));
    }
  }

  acceptDrops() {
    const panel = this.panel.dialog;
    const mine = (event) => panel.contains(this.body) && event.dataTransfer?.types.includes("Files");
    panel.addEventListener("dragover", (event) => {
      if (!mine(event)) return;
      event.preventDefault();
      this.body.classList.add("dropping");
    });
    panel.addEventListener("dragleave", () => this.body.classList.remove("dropping"));
    panel.addEventListener("drop", (event) => {
      if (!mine(event)) return;
      event.preventDefault();
      this.body.classList.remove("dropping");
      this.add([...event.dataTransfer.files]);
    });
  }
}

function disarm(button) {
  delete button.dataset.armed;
  button.textContent = "Remove";
}

function report(data) {
  const counts = ["added", "changed", "renamed", "deleted"].filter((key) => data[key]).map((key) => `${data[key]} ${key}`);
  const text = data.cancelled ? "Stopped before the end." : counts.length ? `In step: ${counts.join(", ")}.` : "Everything was in step already.";
  const errors = data.errors.map(({ file, problem }) => el("li", {}, name(file), problemBox(problem)));
  return [el("p", {}, text), errors.length ? el("ul", { class: "uploads" }, ...errors) : null].filter(Boolean);
}
