// The API reference, drawn from /openapi.json: every route, its parameters and what it returns.

import { el } from "./dom.js";

const reference = document.getElementById("reference");

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return link(schema.$ref.split("/").at(-1));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return joined(either.map(typeOf), " or ");
  if (schema.type === "array") {
    if (schema.prefixItems) return joined(["(", ...schema.prefixItems.flatMap((item, at) => (at ? [", ", typeOf(item)] : [typeOf(item)])), ")"], "");
    return joined(["list of ", typeOf(schema.items)], "");
  }
  return [schema.type ?? "any", schema.format ? ` (${schema.format})` : ""].join("");
}

function joined(parts, between) {
  return el("span", {}, ...parts.flatMap((part, at) => (at && between ? [between, part] : [part])));
}

function link(schema) {
  return el("a", { href: `#${schema}` }, schema);
}

function fields(rows) {
  return el("table", {}, el("tbody", {}, ...rows.map(([label, type, about, isRequired]) => el("tr", {},
    el("th", { scope: "row" }, el("code", {}, label)),
    el("td", {}, type, isRequired ? ", required" : ""),
    el("td", {}, ...prose(about ?? ""))))));
}

// Descriptions set names in backticks.
function prose(text) {
  return text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
}

function properties(schema) {
  const required = schema.required ?? [];
  return fields(Object.entries(schema.properties ?? {}).map(([label, property]) => [
    label, typeOf(property), property.description, required.includes(label),
  ]));
}

function contents(content) {
  return Object.entries(content ?? {}).map(([kind, { schema }]) => [kind, typeOf(schema)]);
}

function call(path, verb, operation) {
  // What it is for shows before it is opened, and what else there is to say of it after.
  const [first, more] = parted(operation.description ?? operation.summary);
  const parts = more ? [el("p", {}, ...prose(more))] : [];
  if (operation.parameters?.length) {
    parts.push(el("h3", {}, "Parameters"), fields(operation.parameters.map((parameter) => [
      parameter.name, typeOf(parameter.schema), parameter.description, parameter.required,
    ])));
  }
  if (operation.requestBody) {
    parts.push(el("h3", {}, "Body"), fields(contents(operation.requestBody.content)));
  }
  const responses = Object.entries(operation.responses).flatMap(([status, { description, content }]) => {
    const kinds = contents(content);
    const label = status === "default" ? "otherwise" : status;
    return kinds.length ? kinds.map(([kind, type]) => [label, joined([kind, type], ": "), description]) : [[label, "", description]];
  });
  parts.push(el("h3", {}, "Answers"), fields(responses));
  return el("details", { class: "call" },
    el("summary", {}, el("span", { class: "verb" }, verb.toUpperCase()), el("code", {}, path), el("span", { class: "purpose" }, ...prose(first))), ...parts);
}

// The first sentence of a text, and the others.
function parted(text) {
  const [first] = text.match(/^[^]*?\.(?=\s|$)/) ?? [text];
  return [first, text.slice(first.length).trim()];
}

function draw({ paths, components }) {
  const groups = new Map();
  for (const [path, verbs] of Object.entries(paths)) {
    for (const [verb, operation] of Object.entries(verbs)) {
      const group = operation.tags?.[0] ?? "other";
      groups.set(group, [...(groups.get(group) ?? []), call(path, verb, operation)]);
    }
  }
  const schemas = Object.entries(components.schemas).map(([label, schema]) => el("section", { class: "call", id: label },
    el("strong", {}, label), el("p", { class: "purpose" }, ...prose(schema.description ?? "")), properties(schema)));
  reference.replaceChildren(
    ...[...groups].flatMap(([group, calls]) => [el("h2", {}, group), ...calls]),
    el("h2", {}, "types"), ...schemas);
  reference.removeAttribute("aria-busy");
}

draw(await (await fetch("/openapi.json")).json());
