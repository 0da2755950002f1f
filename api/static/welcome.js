// Before the first question: questions to begin with, and what is on the shelf.

import * as api from "./api.js";
import { button, dateText, el, name, plural } from "./dom.js";

const ON_SHELF = 5;

export class Welcome {
  // `ask(question)` asks, if `canAsk()`; `open(id, opener)` reads an article, `add(opener)` leads to
  // adding some.
  constructor(root, { canAsk, ask, open, add }) {
    Object.assign(this, { root, canAsk, ask, open, add });
    this.shelf = root.querySelector("#shelf");
    this.questions = root.querySelector("#suggestions");
    this.round = 0;
  }

  show(visible) {
    this.root.hidden = !visible;
    if (visible) this.suggest();
  }

  // The newest articles; without any, how to get some.
  async draw() {
    const { count, articles } = await api.articles({ order: "newest", limit: ON_SHELF });
    if (count) {
      this.wait();
      this.shelf.replaceChildren(
        el("h3", {}, count > articles.length ? `The newest of ${plural(count, "article")}` : "On the shelf"),
        el("ul", { class: "shelf" }, ...articles.map((article) => this.row(article))));
    } else {
      this.shelf.replaceChildren(el("div", { class: "empty" },
        el("p", {}, "There are no articles yet."),
        el("p", { class: "aside" }, "Add some files", el("span", { class: "drop-hint" }, ", by dropping them anywhere on this page"), ", or run ", el("code", {}, "qa ingest FOLDER"), "."),
        button("Add articles", (event) => this.add(event.currentTarget), { class: "primary" })));
    }
    this.suggest();
    return count;
  }

  row(article) {
    const open = el("button", { class: "source", type: "button" },
      name(article.title, { class: "source-title" }), " ", el("span", { class: "origin" }, dateText(article.date)));
    open.addEventListener("click", () => this.open(article.id, open));
    return el("li", {}, open);
  }

  // Their place is kept, so that nothing moves away from the pointer when they come.
  wait() {
    if (this.questions.querySelector("button") || !this.canAsk()) return;
    this.questions.replaceChildren(el("p", { class: "aside" }, "Looking for questions to begin with…"));
    this.questions.hidden = false;
  }

  // Each look lets the server try one more; it works at none while nobody waits for them.
  async suggest() {
    const mine = ++this.round;
    for (;;) {
      if (this.root.hidden || !this.canAsk()) return;
      let found;
      try {
        found = await api.suggestions();
      } catch (problem) {
        if (!(problem instanceof api.Problem)) throw problem;
        this.questions.hidden = !this.questions.querySelector("button");
        return; // they are only an offer; what is wrong is told elsewhere
      }
      if (mine !== this.round) return;
      const { complete, suggestions } = found;
      this.drawSuggestions(suggestions, complete);
      if (complete) return;
    }
  }

  drawSuggestions(suggestions, complete) {
    if (!suggestions.length && !complete) return;
    const known = new Map([...this.questions.querySelectorAll("button")].map((node) => [node.textContent, node]));
    const wanted = suggestions.map(({ question, title }) =>
      known.get(question) ?? button(question, () => this.ask(question), { class: "suggestion", title: `From “${title}”`, dir: "auto" }));
    if (wanted.length !== known.size || wanted.some((node) => !node.isConnected)) this.questions.replaceChildren(...wanted);
    this.questions.hidden = !suggestions.length;
  }
}
