// The server's routes. Whatever goes wrong comes out as a Problem: title, detail, remedy.

import { chunksOf, events } from "./sse.js";

export class Problem extends Error {
  constructor({ type, title, detail, remedy }) {
    super(title);
    Object.assign(this, { type, title, detail, remedy });
  }
}

const UNREACHABLE = {
  type: "unreachable",
  title: "The server cannot be reached",
  detail: "Nothing answers at this address.",
  remedy: "Start it again with `qa serve`; this page goes on by itself.",
};

const BROKEN_OFF = {
  type: "broken-off",
  title: "The connection broke off",
  detail: "The server went away before it had finished.",
  remedy: "Check that `qa serve` is still running, then try again.",
};

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(UNREACHABLE);
  }
  if (response.ok || isResult(response)) return response;
  throw new Problem(await response.json().catch(() => ({
    type: "unreadable",
    title: `The server answered with ${response.status}`,
    detail: "Its answer could not be read.",
    remedy: "Try again; the server's log may say more.",
  })));
}

// An upload of which nothing could be stored is a 422 with a result for each file.
function isResult(response) {
  return (response.headers.get("content-type") ?? "").startsWith("application/json");
}

async function json(path, options) {
  return (await request(path, options)).json();
}

// Article ids are paths: their slashes stay, everything else is encoded.
function articlePath(id) {
  return `/api/articles/${id.split("/").map(encodeURIComponent).join("/")}`;
}

async function* stream(path, options, isLast) {
  const response = await request(path, options);
  try {
    for await (const { name, data } of events(chunksOf(response.body))) {
      yield { name, data: JSON.parse(data) };
      if (isLast(name)) return;
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(BROKEN_OFF);
  }
  throw new Problem(BROKEN_OFF);
}

export const ready = () => json("/readyz");
export const articles = () => json("/api/articles");
export const article = (id) => json(articlePath(id));
export const remove = (id) => request(articlePath(id), { method: "DELETE" });
export const jobs = () => json("/api/ingest");

export function ask(question, history, signal) {
  const body = JSON.stringify({ question, history, stream: true });
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const isLast = (name) => name === "answer" || name === "error";
  return stream("/api/ask", { method: "POST", headers, body, signal }, isLast);
}

export async function upload(file) {
  const body = new FormData();
  body.append("files", file, file.name);
  const { results } = await json("/api/articles", { method: "POST", body });
  if (results[0].problem) throw new Problem(results[0].problem);
  return results[0].article;
}

const jobEnds = (name) => name === "done" || name === "error";

export function sync() {
  const headers = { Accept: "text/event-stream" };
  return stream("/api/ingest", { method: "POST", headers }, jobEnds);
}

export function watch(id) {
  return stream(`/api/ingest/${encodeURIComponent(id)}/events`, {}, jobEnds);
}
