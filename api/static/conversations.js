// Conversations, kept in this browser (IndexedDB) and nowhere else. Where the browser refuses to
// keep anything, as in some private windows, they last as long as the page, and `kept` is false.

const DATABASE = "footnote";
const STORE = "conversations";
const TITLE_CHARACTERS = 80;
const ANSWER_LISTS = ["claims", "removed", "citations", "conflicts"];

export class Conversations extends EventTarget {
  constructor() {
    super();
    this.kept = true;
    this.inMemory = new Map();
    this.opened = open();
    // Another window of this page may change them as well.
    this.others = new BroadcastChannel(DATABASE);
    this.others.addEventListener("message", () => this.dispatchEvent(new Event("change")));
  }

  static fresh() {
    return { id: crypto.getRandomValues(new Uint32Array(2)).reduce((text, n) => text + n.toString(36), ""),
      title: "", created: new Date().toISOString(), updated: "", turns: [] };
  }

  // All of them, the latest first; with words, those that hold every one of them.
  async search(text = "") {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = (await this.work("readonly", (store) => store.getAll())) ?? [];
    return [...kept.filter(({ id }) => !this.inMemory.has(id)), ...this.inMemory.values()]
      .filter(isWhole)
      .filter((one) => words.every((word) => searched(one).includes(word)))
      .toSorted((a, b) => b.updated.localeCompare(a.updated));
  }

  async get(id) {
    const found = this.inMemory.get(id) ?? await this.work("readonly", (store) => store.get(id));
    return isWhole(found) ? found : undefined;
  }

  async put(conversation) {
    conversation.title ||= titled(conversation.turns[0].question);
    const key = await this.work("readwrite", (store) => store.put(conversation));
    if (key) this.inMemory.delete(conversation.id);
    else this.inMemory.set(conversation.id, structuredClone(conversation));
    this.changed();
  }

  // Keeps it together with the answers that another window has added to it meanwhile: those of
  // which this one has not `seen` the id. Returns what is kept.
  async join(conversation, seen) {
    const kept = await this.get(conversation.id);
    const others = (kept?.turns ?? []).filter(({ id }) => !seen.has(id));
    const turns = [...conversation.turns, ...others].toSorted((a, b) => a.asked.localeCompare(b.asked));
    await this.put(Object.assign(conversation, { turns }));
    return conversation;
  }

  async rename(id, title) {
    const conversation = await this.get(id);
    if (conversation) await this.put({ ...conversation, title: title.trim() || conversation.title });
  }

  async remove(id) {
    this.inMemory.delete(id);
    await this.work("readwrite", (store) => store.delete(id));
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
    this.others.postMessage("change");
  }

  // What the store returns, or nothing where the browser does not keep anything.
  async work(mode, act) {
    const database = await this.opened;
    if (!database) return this.withoutStore();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode);
        const request = act(transaction.objectStore(STORE));
        transaction.addEventListener("complete", () => resolve(request.result));
        transaction.addEventListener("abort", () => reject(transaction.error));
      });
    } catch (error) {
      // The disk is full, or the browser has thrown the database away.
      console.warn("Conversations are not kept:", error?.name);
      return this.withoutStore();
    }
  }

  withoutStore() {
    if (this.kept) {
      this.kept = false;
      this.dispatchEvent(new Event("lost"));
    }
    return undefined;
  }
}

function open() {
  return new Promise((resolve) => {
    let request;
    try {
      request = indexedDB.open(DATABASE, 1);
    } catch {
      resolve(null); // forbidden altogether
      return;
    }
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE, { keyPath: "id" }));
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => resolve(null));
    request.addEventListener("blocked", () => resolve(null));
  });
}

// What another version of this page has kept, or only half, is left where it is and not shown.
function isWhole(one) {
  const answered = (answer) => ANSWER_LISTS.every((key) => Array.isArray(answer?.[key])) && answer.timings instanceof Object;
  return typeof one?.title === "string" && !Number.isNaN(Date.parse(one.updated)) && Array.isArray(one.turns)
    && one.turns.length > 0 && one.turns.every(({ id, asked, question, nearest, answer }) =>
      id && asked && typeof question === "string" && Array.isArray(nearest) && answered(answer));
}

function titled(question) {
  const line = question.replace(/\s+/g, " ").trim();
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS).trim()}…` : line;
}

function searched({ title, turns }) {
  return [title, ...turns.flatMap(({ question, answer }) => [question, answer.answer])].join("\n").toLowerCase();
}
