// The server's routes. Whatever goes wrong comes out as a Problem: title, detail, remedy.

import { chunksOf, events } from "./sse.js";

const SESSION = "/api/session";

export class Problem extends Error {
  constructor({ type, title, detail, remedy }) {
    super(title);
    Object.assign(this, { type, title, detail, remedy });
  }

  // True when it is the server that is missing, and not an answer of its own.
  get away() {
    return this.type === "unreachable" || this.type === "broken-off";
  }

  // True when it is a key that is missing, or one that is not known (any more).
  get locked() {
    return this.type === LOCKED.type;
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
  remedy: "Check that `qa serve` is still running; this page goes on by itself.",
};

const LOCKED = {
  type: "locked",
  title: "A key is needed",
  detail: "This server answers whoever has one of its keys.",
  remedy: "Give it when you are asked for it; this page goes on by itself.",
};

function unreadable(status) {
  return {
    type: "unreadable",
    title: `The server answered with ${status}`,
    detail: "Its answer could not be read.",
    remedy: "Try again; the server's log may say more.",
  };
}

// Whoever asks for keys hears of it.
function locked() {
  dispatchEvent(new Event("locked"));
  return new Problem(LOCKED);
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(UNREACHABLE);
  }
  if (response.ok) return response;
  if (response.status === 401 && path !== SESSION) throw locked();
  const said = await response.json().catch(() => null);
  throw new Problem(said?.remedy ? said : unreadable(response.status));
}

// An answer that is no JSON is not from this server: from a proxy, or from a page for logging in.
async function json(path, options) {
  const response = await request(path, options);
  return response.json().catch(() => {
    throw new Problem(unreadable(response.status));
  });
}

function post(path, data, more = {}) {
  const headers = { "Content-Type": "application/json", ...more.headers };
  return request(path, { ...more, method: "POST", headers, body: JSON.stringify(data) });
}

// Article ids are paths: their slashes stay, everything else is encoded.
function articlePath(id) {
  return `/api/articles/${id.split("/").map(encodeURIComponent).join("/")}`;
}

async function* stream(response, isLast) {
  try {
    for await (const { name, data } of events(chunksOf((await response).body))) {
      yield { name, data: JSON.parse(data) };
      if (isLast(name)) return;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Problem) throw error;
    throw new Problem(BROKEN_OFF);
  }
  throw new Problem(BROKEN_OFF);
}

export const ready = () => json("/readyz");
export const session = () => json(SESSION);
export const login = (key) => post(SESSION, { key });
export const logout = () => request(SESSION, { method: "DELETE" });
export const model = () => json("/api/model");
export const suggestions = () => json("/api/suggestions");
export const article = (id) => json(articlePath(id));
export const remove = (id, options) => request(articlePath(id), { ...options, method: "DELETE" });
export const jobs = () => json("/api/ingest");
export const feedback = (opinion) => post("/api/feedback", opinion);

// `wanted`: q, date_from, date_to, order, offset, limit; what is empty is left out.
export function articles(wanted = {}) {
  const given = Object.entries(wanted).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return json(`/api/articles?${new URLSearchParams(given)}`);
}

export function ask(question, history, filters, signal) {
  const headers = { Accept: "text/event-stream" };
  const body = { question, history, filters, stream: true };
  return stream(post("/api/ask", body, { headers, signal }), (name) => name === "answer" || name === "error");
}

// `fetch` cannot tell how far an upload is, so this is the older way.
export function upload(file, onProgress) {
  const body = new FormData();
  body.append("files", file, file.name);
  const sending = new XMLHttpRequest();
  sending.responseType = "json";
  sending.upload.addEventListener("progress", (event) => onProgress(event.loaded / Math.max(event.total, 1)));
  return new Promise((resolve, reject) => {
    sending.addEventListener("load", () => {
      // Of a single file that could not be stored, the result is a 422 with its problem.
      const result = sending.response?.results?.[0];
      if (result?.article) resolve(result.article);
      else if (sending.status === 401) reject(locked());
      else reject(new Problem(result?.problem ?? (sending.response?.remedy ? sending.response : unreadable(sending.status))));
    });
    sending.addEventListener("error", () => reject(new Problem(UNREACHABLE)));
    sending.open("POST", "/api/articles");
    sending.send(body);
  });
}

const jobEnds = (name) => name === "done" || name === "error";

export function sync() {
  return stream(request("/api/ingest", { method: "POST", headers: { Accept: "text/event-stream" } }), jobEnds);
}

export function watch(id) {
  return stream(request(`/api/ingest/${encodeURIComponent(id)}/events`), jobEnds);
}
