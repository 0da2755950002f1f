// Whether the server is there and ready, which model writes, and how much is indexed: asked until
// it is ready, and from then on every few seconds while the page is looked at.

import * as api from "./api.js";
import { el, instruction, place } from "./dom.js";

const STARTING_MS = 500;
const AWAY_MS = 2000;
const LOADING_MS = 2500;
const LOOK_MS = 10_000;
const STATES = {
  loading: "is being loaded; the first answer takes longer",
  idle: "will be loaded by the first question",
  absent: "is not there yet",
  unreachable: "cannot be reached",
};

export class Server extends EventTarget {
  // `banner` says what is waited for, `line` which model writes, and `about` more of that on demand.
  constructor(banner, line, about) {
    super();
    Object.assign(this, { banner, line, about, isReady: false, articles: -1, timer: 0, looking: null });
    about.addEventListener("toggle", (event) => event.newState === "open" && place(about, line.getBoundingClientRect()));
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  // Looks now; a look that is under way is joined.
  look() {
    clearTimeout(this.timer);
    this.looking ??= this.once().then((wait) => {
      this.looking = null;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), wait);
    });
    return this.looking;
  }

  async once() {
    if (document.hidden && this.isReady) return LOOK_MS;
    try {
      const { articles } = await api.ready();
      this.ready(articles);
      return await this.model();
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      return this.waiting(problem);
    }
  }

  ready(articles) {
    const [was, had] = [this.isReady, this.articles];
    this.isReady = true;
    this.articles = articles;
    this.banner.hidden = true;
    if (!was) this.dispatchEvent(new Event("ready"));
    else if (articles !== had) this.dispatchEvent(new Event("articles"));
  }

  waiting(problem) {
    const starting = problem.type === "not-ready";
    const what = problem.away ? problem.title : `${problem.title}. ${problem.detail}`;
    const text = starting ? "Loading the index and the model…" : `${what.replace(/\.$/, "")}. ${problem.remedy}`;
    // Said anew only when it has changed: it is read out.
    if (this.said !== text || this.banner.hidden) this.banner.replaceChildren(...instruction(text));
    this.said = text;
    this.banner.hidden = false;
    if (this.isReady) {
      this.isReady = false;
      this.dispatchEvent(new Event("lost"));
    }
    return starting ? STARTING_MS : AWAY_MS;
  }

  // Says which model writes the answers, and in what state it is.
  async model() {
    const found = await api.model();
    this.line.textContent = modelText(found);
    this.line.hidden = false;
    this.about.replaceChildren(...[found.detail, found.remedy].filter(Boolean).map((text) => el("p", {}, ...instruction(text))));
    return found.state === "loading" ? LOADING_MS : LOOK_MS;
  }
}

// That there is no model server is no fault where the embedded reader answers: it needs none.
function modelText({ model, state, answers }) {
  const what = state in STATES ? `${model} ${STATES[state]}` : "";
  if (answers !== "embedded") return what || `Answers by ${answers}`;
  const more = { absent: `; ${what}`, unreachable: ", no language model" }[state] ?? "";
  return `Answers by the embedded reader${more}`;
}
