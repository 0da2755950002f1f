// Files on their way in: how far each is, and what is wrong with those that cannot be articles.

import * as api from "./api.js";
import { button, el, name, plural, problemBox } from "./dom.js";

export class Uploads {
  // `onAdded()` is called after each file that was stored.
  constructor(onAdded) {
    this.onAdded = onAdded;
    this.root = el("ul", { class: "uploads", "aria-live": "polite" });
    this.queue = Promise.resolve();
    this.left = 0;
  }

  // One after the other: the server indexes one at a time, and the order stays.
  add(files) {
    if (!this.left) this.root.replaceChildren();
    for (const file of files) this.enqueue(file, this.root.appendChild(el("li", {})));
    return this.queue;
  }

  enqueue(file, row) {
    this.left += 1;
    row.replaceChildren(name(file.name), " ", el("span", { class: "aside" }, "waits"));
    this.queue = this.queue.then(() => this.send(file, row)).finally(() => (this.left -= 1));
  }

  async send(file, row) {
    const bar = el("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
    const state = el("span", { class: "aside" }, "being sent");
    row.replaceChildren(name(file.name), " ", state, bar);
    try {
      const article = await api.upload(file, (share) => {
        bar.value = share;
        if (share === 1) {
          bar.removeAttribute("value");
          state.textContent = "being read and indexed";
        }
      });
      row.replaceChildren(name(file.name), " ", el("span", { class: "aside" }, `added, ${plural(article.passages, "passage")}`));
      await this.onAdded();
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      const again = button("Try again", () => this.enqueue(file, row), { class: "plain" });
      row.replaceChildren(name(file.name), problemBox(problem, again));
    }
  }
}

// Files may be dropped anywhere on the page.
export function acceptDrops(onFiles) {
  const has = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (event) => has(event) && mark(1));
  addEventListener("dragleave", (event) => has(event) && mark(-1));
  addEventListener("dragover", (event) => has(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    mark(-depth);
    onFiles([...event.dataTransfer.files]);
  });
}
