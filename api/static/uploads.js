// Files on their way in: how far each is, and what is wrong with those that cannot be articles.

import * as api from "./api.js";
import { button, el, name, plural, problemBox, scrolled } from "./dom.js";

// What is wrong with the file itself stays wrong when it is sent again.
const HOPELESS = /-article$|^article|^unsupported-format$|^folder$/;

export class Uploads {
  // `onAdded()` is called after each file that was stored.
  constructor(onAdded) {
    this.onAdded = onAdded;
    this.list = el("ul", { class: "uploads", "aria-live": "polite" });
    this.refused = el("p", { class: "actions", hidden: true });
    this.root = el("div", { class: "adding" }, this.refused, scrolled(this.list, "Files on their way in"));
    this.queue = Promise.resolve();
    this.left = 0;
  }

  // One after the other: the server indexes one at a time, and the order stays.
  add(files) {
    if (!this.left) this.list.replaceChildren();
    for (const file of files) this.enqueue(file, this.list.appendChild(el("li", {})));
    return this.queue;
  }

  enqueue(file, row) {
    if (file instanceof Folder) {
      this.refuse(file, row, file.problem);
      return;
    }
    this.left += 1;
    row.replaceChildren(name(file.name), " ", el("span", { class: "aside" }, "waits"));
    this.count();
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
      // Of a file that holds several articles, the first is told; they lie below its path.
      const several = article.path?.includes("/");
      const added = article.id === file.name ? "added" : ["added as ", name(article.id)];
      row.replaceChildren(name(file.name), " ", el("span", { class: "aside" },
        ...(several ? ["added, with the articles in it"] : [added, `, ${plural(article.passages, "passage")}`].flat())));
      await this.onAdded();
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      this.refuse(file, row, problem);
    }
  }

  refuse(file, row, problem) {
    const again = HOPELESS.test(problem.type) ? null : button("Try again", () => this.enqueue(file, row), { class: "plain small" });
    const away = button("✕", () => this.dismiss([row]), { class: "quiet icon small", "aria-label": `Dismiss ${file.name}`, title: "Dismiss" });
    row.replaceChildren(el("div", { class: "refused" }, name(file.name), away, problemBox(problem, again)));
    this.count();
  }

  // How many there are shows where they do not: below the edge of what scrolls.
  count() {
    const rows = [...this.list.children].filter((row) => row.querySelector(".refused"));
    this.refused.hidden = rows.length < 2;
    this.refused.replaceChildren(el("span", { class: "aside" }, `${plural(rows.length, "file")} could not be added`),
      button("Dismiss all", () => this.dismiss(rows), { class: "quiet small" }));
  }

  dismiss(rows) {
    for (const row of rows) row.remove();
    this.count();
    this.root.closest(".panel-body").focus({ preventScroll: true });
  }
}

// A browser hands a folder over like a file, but it has no bytes.
class Folder {
  constructor(name) {
    this.name = name;
    this.problem = {
      type: "folder",
      title: "This is a folder",
      detail: "Only files can be added here.",
      remedy: "Drop the files that are in it, or run `qa ingest` with the folder.",
    };
  }
}

function dropped({ items }) {
  return [...items].filter(({ kind }) => kind === "file").map((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry?.isDirectory ? new Folder(entry.name) : item.getAsFile();
  });
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
    onFiles(dropped(event.dataTransfer));
  });
}
