// The key, where the server wants one: asked for in a dialog, kept by the browser out of reach of
// scripts, given back again. What it does not allow is said.

import * as api from "./api.js";
import { button, el, instruction, place } from "./dom.js";

const MAY = { read: "read articles", ask: "ask questions", write: "add and remove articles" };
const LIST = new Intl.ListFormat("en");
const byId = (id) => document.getElementById(id);

export class Login {
  // `changed()` is called when the browser has another key.
  constructor(changed) {
    this.changed = changed;
    [this.dialog, this.opener, this.about] = ["login", "open-session", "session-about"].map(byId);
    this.about.addEventListener("toggle", (event) => event.newState === "open" && place(this.about, this.opener.getBoundingClientRect()));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  // Asks for a key. Whoever is asked by the program is told why.
  ask(why = "") {
    if (this.dialog.open) return;
    const field = el("input", { type: "password", name: "key", class: "input", id: "key", required: true,
      autocomplete: "current-password", autocapitalize: "off", spellcheck: "false", "aria-describedby": "key-said" });
    const said = el("p", { id: "key-said", class: "said", role: "alert" });
    const form = el("form", {},
      el("input", { type: "text", name: "username", autocomplete: "username", value: "Footnote", readonly: true, hidden: true }),
      el("label", { for: "key" }, "Key"), field, said,
      el("p", { class: "actions" }, button("Continue", null, { type: "submit", class: "primary" }),
        button("Not now", () => this.dialog.close(), { class: "plain" })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.give(field, said);
    });
    this.dialog.replaceChildren(
      el("h2", { id: "login-title" }, "A key is needed"),
      el("p", { class: "aside" }, why, why ? " " : "", ...instruction("Who runs this server makes one: `qa keys add NAME`")), form);
    this.dialog.showModal();
    field.focus();
  }

  async give(field, said) {
    try {
      await api.login(field.value);
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      said.replaceChildren(...instruction(`${problem.detail} ${problem.remedy}`));
      field.select();
      return;
    }
    this.dialog.close();
    await this.changed();
  }

  // Whose key it is, and what it may do, in the bar; nothing where no key is needed.
  draw({ key, scopes }) {
    this.opener.hidden = !key;
    if (!key) return;
    this.dialog.close();
    const label = `Key ${key}`;
    for (const name of ["aria-label", "title"]) this.opener.setAttribute(name, label);
    this.about.replaceChildren(
      el("p", { class: "who" }, label),
      el("p", {}, `It may ${LIST.format(scopes.map((scope) => MAY[scope]))}.`),
      el("p", {}, "Conversations stay in this browser when you log out."),
      el("p", { class: "actions" }, button("Log out", () => this.leave(), { class: "plain small" }), this.another()));
  }

  another(properties = { class: "plain small" }) {
    return button("Use another key", () => {
      this.about.hidePopover();
      this.ask();
    }, properties);
  }

  // What the server has told goes with the key.
  async leave() {
    await api.logout();
    location.replace("/");
    location.reload();
  }
}

// What a key does not allow, and how it is allowed.
export function lacking(scope, { key, scopes }) {
  const wanted = [...scopes, scope].map((one) => `--scope ${one}`).join(" ");
  return {
    title: `This key does not let you ${MAY[scope]}`,
    detail: `“${key}” may only ${LIST.format(scopes.map((one) => MAY[one]))}.`,
    remedy: `Use another one, or have one made that does: \`qa keys add NAME ${wanted}\``,
  };
}
