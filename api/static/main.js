// The page: its parts put together, and the conversation that is shown.

import * as api from "./api.js";
import { Composer } from "./composer.js";
import { Conversations } from "./conversations.js";
import { button, el, icon, problemBox } from "./dom.js";
import { opinion } from "./feedback.js";
import { History } from "./history.js";
import { install } from "./keys.js";
import { Library } from "./library.js";
import { lacking, Login } from "./login.js";
import { answerMarkdown, copy } from "./markdown.js";
import { recall, remember } from "./memory.js";
import { Panel } from "./panel.js";
import { ArticleReader } from "./reader.js";
import { Server } from "./server.js";
import { TalkMenu } from "./talkmenu.js";
import { flush, tell, undoable } from "./toast.js";
import { Turn } from "./turn.js";
import { acceptDrops } from "./uploads.js";
import { Welcome } from "./welcome.js";

const HISTORY_TURNS = 20;
const DRAFT = "footnote.draft";
const PAGE_ERROR = {
  title: "This page met an error",
  detail: "The answer could not be shown.",
  remedy: "Reload the page and ask again.",
};
const COPY = "M7 7h9v9H7zM4 13V4h9";
const LINK = "M8.5 11.5l3-3M7 9l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7";
const byId = (id) => document.getElementById(id);
const log = byId("log");
const panel = new Panel(byId("panel"));
const reader = new ArticleReader(panel, (article) => restrict({ label: `“${article.title}”`, filters: { files: [article.id] } }));
const library = new Library(panel, { read: (id, back) => reader.open({ file: id }, [], null, back), scope: restrict });
const conversations = new Conversations();
const history = new History(panel, conversations, { open: openConversation, current: () => talk.id, leave: vacate });
const login = new Login(() => server.renew());
const server = new Server(byId("banner"), byId("model"), byId("model-about"), () => login.ask());
const composer = new Composer({ ask: (text) => start(text), stop: () => asking?.abort() });
const welcome = new Welcome(byId("welcome"), {
  canAsk,
  ask: start,
  open: (id, opener) => reader.open({ file: id }, [], opener),
  add: (opener) => library.open(opener),
});
const menu = new TalkMenu({ current: () => talk, rename: (title) => conversations.rename(talk.id, title), remove });
const acts = {
  open: (reference, siblings, opener) => reader.open(reference, siblings, opener),
  retry: again,
  widen,
  change,
  addArticles: (opener) => library.open(opener),
  tools,
};
let talk = Conversations.fresh();
let turns = [];
let seen = new Set(); // the ids of all answers of this conversation that this window has shown
let asking = null;
let unanswered = null;

// -- asking -----------------------------------------------------------------------------------

function start(text) {
  if (!canAsk()) return false;
  ask(text, composer.scope);
  return true;
}

function canAsk() {
  return !asking && server.isReady && server.may("ask");
}

async function ask(text, scope) {
  const turn = new Turn(text, acts, scope);
  const mine = new AbortController();
  const earlier = turns.filter(({ answer }) => answer).slice(-HISTORY_TURNS);
  asking = mine;
  unanswered = null;
  turns.push(turn);
  seen.add(turn.id);
  log.append(turn.root);
  draw();
  log.scrollTop = turn.root.offsetTop;
  announce("Reading your articles.");
  composer.busy(true);
  try {
    await flush(); // what was removed a moment ago must not answer any more
    const said = earlier.map(({ question, answer }) => ({ question, answer: answer.answer }));
    for await (const event of api.ask(text, said, scope?.filters ?? null, mine.signal)) turn.take(event.name, event.data);
    if (turn.answer) await keep();
  } catch (error) {
    if (error.name === "AbortError") turn.stopped();
    else fail(turn, error);
  }
  if (asking !== mine) return; // another conversation is shown by now
  asking = null;
  composer.busy(false);
  announce(turn.summary());
  server.look();
}

function fail(turn, error) {
  if (!(error instanceof api.Problem)) console.error(error);
  turn.failed(error instanceof api.Problem ? error : PAGE_ERROR);
  // Asked again by itself once the server is back, or there is a key.
  if (error.away || error.locked) unanswered = turn;
}

function again(turn) {
  if (!canAsk()) return;
  drop(turn);
  composer.focus();
  ask(turn.question, turn.scope);
}

function widen(turn) {
  if (!canAsk()) return;
  composer.restrict(null);
  composer.focus();
  ask(turn.question, null);
}

function change(turn) {
  drop(turn);
  draw();
  composer.write(turn.question);
  byId("question").focus();
}

function drop(turn) {
  turns = turns.filter((other) => other !== turn);
  turn.root.remove();
}

function restrict(scope) {
  composer.restrict(scope);
  if (panel.dialog.matches(":modal")) panel.close();
  byId("question").focus();
}

function announce(text) {
  byId("announcer").textContent = text;
}

// -- the conversation ---------------------------------------------------------------------------

function draw() {
  welcome.show(!turns.length);
  byId("new").hidden = !turns.length;
  byId("question").placeholder = turns.length ? "Ask a follow-up" : "Ask a question";
  menu.draw();
}

async function keep() {
  const mine = talk;
  mine.turns = turns.filter(({ answer }) => answer).map(({ record }) => record);
  if (!mine.turns.length) return;
  mine.updated = new Date().toISOString();
  await conversations.join(mine, seen);
  if (talk !== mine) return; // another one is shown by now
  window.history.replaceState(null, "", addressOf(mine.id));
  adopt(mine);
  draw();
}

// Shows the answers that another window has added to the conversation.
function adopt({ turns: kept }) {
  for (const record of kept.filter(({ id }) => !seen.has(id))) {
    const turn = Turn.restored(record, acts);
    const at = turns.findIndex(({ asked }) => asked > turn.asked);
    if (at < 0) log.append(turn.root);
    else turns[at].root.before(turn.root);
    turns.splice(at < 0 ? turns.length : at, 0, turn);
    seen.add(turn.id);
  }
}

function show(conversation) {
  asking?.abort();
  asking = null;
  unanswered = null;
  composer.busy(false);
  for (const turn of turns) turn.root.remove();
  talk = conversation;
  turns = talk.turns.map((kept) => Turn.restored(kept, acts));
  seen = new Set(turns.map(({ id }) => id));
  log.append(...turns.map(({ root }) => root));
  draw();
}

function addressOf(id) {
  return id ? `#/c/${id}` : location.pathname;
}

// Goes to another conversation, or with no id to none. Back leads to where one was, as on any page.
function go(id) {
  if (location.hash.startsWith("#/c/")) window.history.pushState(null, "", addressOf(id));
  else window.history.replaceState(null, "", addressOf(id));
}

function leave() {
  go("");
  show(Conversations.fresh());
}

function restart() {
  leave();
  panel.close();
  composer.focus();
}

// Nor does Back lead to what has been deleted.
function vacate() {
  window.history.replaceState(null, "", addressOf(""));
  leave();
}

async function openConversation(id) {
  if (id === talk.id) window.history.replaceState(null, "", addressOf(id));
  else go(id);
  await follow();
  if (panel.dialog.matches(":modal")) panel.close();
}

// An address names a conversation, and perhaps one answer in it with its question: where the
// conversation is not kept (in another browser), the question can at least be asked again.
async function follow() {
  const { hash } = location;
  const [, id, turnId, question] = hash.match(/^#\/c\/([^/]+)(?:\/([^/]+)\/(.*))?$/) ?? [];
  if (!id) {
    if (talk.title) show(Conversations.fresh());
    return;
  }
  const found = id === talk.id ? talk : await conversations.get(id);
  if (location.hash !== hash) return; // already somewhere else
  if (!found) {
    if (talk.title) show(Conversations.fresh());
    else draw();
    if (question) composer.write(decoded(question));
    tell(question ? "That answer is kept in another browser. You can ask the question here." : "That conversation is not kept in this browser.");
    composer.focus();
    return;
  }
  if (found !== talk) show(found);
  const turn = turns.find((one) => one.id === turnId) ?? turns.at(-1);
  log.scrollTop = turn.root.offsetTop;
  if (turnId) turn.heading.focus({ preventScroll: true });
}

// A link may have been cut in the middle of a character.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function remove() {
  const gone = talk;
  vacate();
  panel.close();
  composer.focus();
  conversations.remove(gone.id);
  undoable(`Deleted “${gone.title}”.`, {
    commit: () => {},
    undo: () => conversations.put(gone).then(() => openConversation(gone.id)),
  });
}

// The buttons below an answer.
function tools(turn) {
  const link = () => `${location.origin}/#/c/${talk.id}/${turn.id}/${encodeURIComponent(turn.question)}`;
  const tool = (sign, label, act) => button(icon(sign), act, { class: "quiet icon", "aria-label": label, title: label });
  const copied = async (text, said) => tell(await copy(text) ? said : "This browser does not let the page copy.");
  const [up, down, place] = opinion(turn, keep);
  return [
    el("span", { class: "tools" },
      tool(COPY, "Copy answer with its footnotes", () => copied(answerMarkdown(turn), "Copied, with its footnotes.")),
      tool(LINK, "Copy link to this answer", () => copied(link(), "Link copied. It opens this answer in this browser.")),
      up, down),
    place,
  ];
}

// -- putting it together ------------------------------------------------------------------------

byId("open-library").addEventListener("click", (event) => library.open(event.currentTarget));
byId("open-history").addEventListener("click", (event) => history.open(event.currentTarget));
byId("new").addEventListener("click", restart);
acceptDrops((files) => library.add(files));
addEventListener("hashchange", follow);
addEventListener("locked", () => server.renew());
addEventListener("pageshow", ({ persisted }) => persisted && server.renew());

conversations.addEventListener("change", async () => {
  const mine = talk;
  const kept = mine.title && await conversations.get(mine.id);
  if (!kept || talk !== mine) return;
  mine.title = kept.title;
  if (!asking) adopt(kept);
  draw();
});
conversations.addEventListener("lost", () => tell("This browser keeps no conversations: they last until the page is closed."));

async function drawShelf() {
  if (!server.may("read")) {
    byId("count").hidden = true;
    byId("shelf").replaceChildren(problemBox(lacking("read", server.session), login.another({ class: "plain" })));
    return;
  }
  try {
    const count = await welcome.draw();
    byId("count").textContent = count.toLocaleString("en");
    byId("count").hidden = !count;
    await library.resume();
  } catch (problem) {
    if (!(problem instanceof api.Problem)) throw problem;
    if (problem.away) server.look();
    else if (!problem.locked) byId("shelf").replaceChildren(problemBox(problem));
  }
}

library.addEventListener("change", () => server.look().then(drawShelf));
library.addEventListener("indexing", ({ detail }) => {
  byId("indexing").textContent = detail;
  byId("indexing").hidden = !detail;
});
server.addEventListener("lost", () => composer.enable(false));
server.addEventListener("articles", drawShelf);
server.addEventListener("shut", ({ detail }) => login.ask(detail));
server.addEventListener("ready", () => {
  login.draw(server.session);
  composer.enable(server.may("ask"));
  library.allow(server.may("write") ? null : lacking("write", server.session));
  drawShelf();
  if (unanswered && unanswered === turns.at(-1)) again(unanswered);
});

function step(by) {
  const tops = turns.map(({ root }) => root.offsetTop);
  const at = tops.findLastIndex((top) => top <= log.scrollTop + 8);
  const turn = turns[Math.max(0, Math.min(turns.length - 1, at + by))];
  if (!turn) return;
  log.scrollTop = turn.root.offsetTop;
  turn.heading.focus({ preventScroll: true });
}

install({
  "/": () => byId("question").focus(),
  j: () => step(1),
  k: () => step(-1),
  n: restart,
  c: () => history.open(document.activeElement),
  a: () => library.open(document.activeElement),
  ArrowLeft: () => panel.dialog.open ? reader.move(-1) : false,
  ArrowRight: () => panel.dialog.open ? reader.move(1) : false,
  Escape: () => (asking ? asking.abort() : panel.close()),
});
// A question that was being written or answered when the page was left is there when it is back.
addEventListener("pagehide", () => {
  const open = asking ? turns.at(-1) : unanswered;
  remember("sessionStorage", DRAFT, open?.question ?? composer.text);
});
if (!composer.text) composer.write(recall("sessionStorage", DRAFT)); // or written before this was loaded
composer.enable(false);
composer.focus();
follow();
server.look();
