// The page: asking, the conversation, and what state the server is in.

import * as api from "./api.js";
import { dateText, el, name, plural } from "./dom.js";
import { Library } from "./library.js";
import { Panel } from "./panel.js";
import { Turn } from "./turn.js";

const HISTORY_TURNS = 20;
const ON_SHELF = 5;
const PAGE_ERROR = {
  title: "This page met an error",
  detail: "The answer could not be shown.",
  remedy: "Reload the page and ask again.",
};
const TOUCH = matchMedia("(pointer: coarse)");
const byId = (id) => document.getElementById(id);
const [log, composer, question, send, stop, banner] = ["log", "composer", "question", "send", "stop", "banner"].map(byId);
const welcome = byId("welcome");
const panel = new Panel(byId("panel"));
const library = new Library(panel);
const turns = [];
let asking = null;
let isReady = false;

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
question.addEventListener("keydown", (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
question.addEventListener("input", grow);
stop.addEventListener("click", () => asking?.abort());
byId("open-library").addEventListener("click", (event) => library.open(event.currentTarget));
byId("new").addEventListener("click", restart);
library.addEventListener("change", drawShelf);

function submit() {
  const text = question.value.trim();
  if (!text || asking || !isReady) return;
  question.value = "";
  grow();
  // The keyboard of a phone would cover the answer.
  if (TOUCH.matches) question.blur();
  ask(text);
}

async function ask(text) {
  const turn = new Turn(text, {
    open: (reference, siblings, opener) => panel.article(reference, siblings, opener),
    retry: (failed) => again(failed),
  });
  const history = turns.filter((earlier) => earlier.answer).slice(-HISTORY_TURNS)
    .map((earlier) => ({ question: earlier.question, answer: earlier.answer.answer }));
  turns.push(turn);
  welcome.hidden = true;
  log.append(turn.root);
  log.scrollTop = turn.root.offsetTop;
  announce("Reading your articles.");
  busy(new AbortController());
  const mine = asking;
  try {
    for await (const event of api.ask(text, history, mine.signal)) turn.take(event.name, event.data);
  } catch (error) {
    if (error.name === "AbortError") turn.stopped();
    else fail(turn, error);
  }
  if (asking === mine) busy(null);
  announce(turn.summary());
}

function fail(turn, error) {
  if (!(error instanceof api.Problem)) console.error(error);
  turn.failed(error instanceof api.Problem ? error : PAGE_ERROR);
  if (error.type === "unreachable" || error.type === "broken-off") watchServer();
}

function again(turn) {
  if (asking || !isReady) return;
  turns.splice(turns.indexOf(turn), 1);
  turn.root.remove();
  question.focus();
  ask(turn.question);
}

function busy(controller) {
  asking = controller;
  send.hidden = Boolean(controller);
  stop.hidden = !controller;
  // A button that hides takes the focus with it.
  if (document.activeElement === document.body && !TOUCH.matches) question.focus();
  byId("new").hidden = !turns.length;
}

function restart() {
  asking?.abort();
  busy(null);
  for (const turn of turns.splice(0)) turn.root.remove();
  byId("new").hidden = true;
  welcome.hidden = false;
  panel.close();
  question.focus();
}

function announce(text) {
  byId("announcer").textContent = text;
}

// The box grows with its text, up to what the style sheet allows.
function grow() {
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight}px`;
}

function drawShelf() {
  const { articles } = library;
  const count = byId("count");
  count.textContent = articles.length.toLocaleString("en");
  count.hidden = !articles.length;
  const shelf = byId("shelf");
  if (!articles.length) {
    shelf.replaceChildren(
      el("p", { class: "notice" }, "There are no articles yet. Add some files here, or run ", el("code", {}, "qa ingest FOLDER"), " and re-sync."),
      el("button", { class: "primary", type: "button", onclick: (event) => library.open(event.currentTarget) }, "Add articles"));
    return;
  }
  const newest = articles.toSorted((a, b) => (b.date ?? "").localeCompare(a.date ?? "")).slice(0, ON_SHELF);
  shelf.replaceChildren(
    el("h3", {}, articles.length > newest.length ? `The newest of ${plural(articles.length, "article")}` : "On the shelf"),
    el("ul", { class: "shelf" }, ...newest.map(shelved)));
}

function shelved(article) {
  const button = el("button", { class: "source", type: "button" },
    name(article.title, { class: "source-title" }), " ", el("span", { class: "origin" }, dateText(article.date)));
  button.addEventListener("click", () => panel.article({ file: article.id }, [], button));
  return el("li", {}, button);
}

// Asks until the server is ready, and says meanwhile what it is waiting for.
let watching = false;
async function watchServer() {
  if (watching) return;
  watching = true;
  setReady(false);
  for (;;) {
    try {
      await api.ready();
      break;
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      const starting = problem.type === "not-ready";
      banner.hidden = false;
      banner.textContent = starting ? "Loading the index and the model…" : `${problem.title}. ${problem.detail} ${problem.remedy}`;
      await new Promise((resolve) => setTimeout(resolve, starting ? 500 : 2000));
    }
  }
  watching = false;
  banner.hidden = true;
  setReady(true);
  await library.load();
  await library.resume();
}

function setReady(value) {
  isReady = value;
  send.disabled = !value;
}

watchServer();
question.focus();
