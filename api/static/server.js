// Whether the server is there and ready, what this browser may do there, which model writes, and how
// much is indexed: asked until it is ready, and from then on every few seconds while the page is
// looked at.

import * as api from "./api.js";
import { button, el, instruction, place } from "./dom.js";
import { lacking } from "./login.js";

const STARTING_MS = 500;
const AWAY_MS = 2000;
const LOADING_MS = 2500;
const LOOK_MS = 10_000;
const UNKNOWN = { needed: false, key: null, refused: false, scopes: [] };
const STATES = {
  loading: "is being loaded; the first answer takes longer",
  idle: "will be loaded by the first question",
  absent: "is not there yet",
  unreachable: "cannot be reached",
};

export class Server extends EventTarget {
  // `banner` says what is waited for, `line` which model writes, and `about` more of that on demand;
  // `giveKey()` asks for another key.
  constructor(banner, line, about, giveKey) {
    super();
    Object.assign(this, { banner, line, about, giveKey, isReady: false, articles: -1, timer: 0, looking: null });
    Object.assign(this, { session: UNKNOWN, isKnown: false });
    about.addEventListener("toggle", (event) => event.newState === "open" && place(about, line.getBoundingClientRect()));
    document.addEventListener("visibilitychange", () => document.hidden || this.renew());
  }

  // What this browser may do: a scope of its key, or all where none is needed.
  may(scope) {
    return this.session.scopes.includes(scope);
  }

  // Looks anew who this is, too.
  async renew() {
    await this.looking;
    this.isKnown = false;
    await this.look();
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
      const [{ articles }, session] = await Promise.all([api.ready(), this.isKnown ? this.session : api.session()]);
      const other = session.key !== this.session.key;
      Object.assign(this, { session, isKnown: true });
      if (session.needed && !session.key) return this.shut(session);
      this.ready(articles, other);
      return this.may("read") ? await this.model() : LOOK_MS;
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      return this.waiting(problem);
    }
  }

  ready(articles, other) {
    const [was, had] = [this.isReady, this.articles];
    this.isReady = true;
    this.articles = articles;
    if (this.may("ask")) this.banner.hidden = true;
    else this.refuse(lacking("ask", this.session));
    if (!was || other) this.dispatchEvent(new Event("ready"));
    else if (articles !== had) this.dispatchEvent(new Event("articles"));
  }

  // Without a key nothing is told, and nothing can be asked.
  shut(session) {
    const why = session.refused ? "The key of this browser is none of the server's any more." : "";
    this.say(why || "This server wants a key.", button("Give a key", this.giveKey, { class: "plain small" }));
    this.line.hidden = true;
    this.lose();
    this.dispatchEvent(new CustomEvent("shut", { detail: why }));
    return LOOK_MS;
  }

  refuse({ title, remedy }) {
    this.say(`${title}. ${remedy}`, button("Use another key", this.giveKey, { class: "plain small" }));
  }

  waiting(problem) {
    const starting = problem.type === "not-ready";
    const what = problem.away ? problem.title : `${problem.title}. ${problem.detail}`;
    this.say(starting ? "Loading the index and the model…" : `${what.replace(/\.$/, "")}. ${problem.remedy}`);
    this.lose();
    return starting ? STARTING_MS : AWAY_MS;
  }

  // Said anew only when it has changed: it is read out.
  say(text, ...actions) {
    if (this.said !== text || this.banner.hidden) this.banner.replaceChildren(...instruction(text), ...actions.flatMap((action) => [" ", action]));
    this.said = text;
    this.banner.hidden = false;
  }

  lose() {
    if (!this.isReady) return;
    this.isReady = false;
    this.dispatchEvent(new Event("lost"));
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
