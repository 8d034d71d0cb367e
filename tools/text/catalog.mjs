/** A language's file: its messages with the parameters that they take. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { FluentParser, Visitor } from "@fluent/syntax";
import { root } from "../shell.mjs";

const FOLDER = join(root, "text");

/** The language that has every message. */
export const COMPLETE = "en";

export function languages() {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".ftl"))
    .map((name) => basename(name, ".ftl"));
}

export function fileOf(language) {
  return join(FOLDER, `${language}.ftl`);
}

/** What a pattern takes and which other messages it shows. */
class References extends Visitor {
  parameters = new Set();
  messages = new Set();

  visitVariableReference(node) {
    this.parameters.add(node.id.name);
  }
  visitMessageReference(node) {
    this.messages.add(node.id.name);
  }
}

/** Every message and attribute by its key, with its parameters; what is wrong with the file is added to `faults`. */
export function readCatalog(language, faults) {
  const file = `text/${language}.ftl`;
  const resource = new FluentParser().parse(readFileSync(fileOf(language), "utf8"));
  const found = new Map();
  const add = (key, pattern) => {
    if (found.has(key)) faults.push(`${file}: “${key}” stands there twice`);
    const references = new References();
    references.visit(pattern);
    found.set(key, references);
  };
  for (const entry of resource.body) {
    if (entry.type === "Junk")
      faults.push(`${file}: can't be read: ${entry.annotations[0]?.message}: ${entry.content.split("\n")[0]}`);
    if (entry.type !== "Message") continue;
    if (entry.value) add(entry.id.name, entry.value);
    for (const attribute of entry.attributes) add(`${entry.id.name}.${attribute.id.name}`, attribute.value);
  }
  return new Map([...found].map(([key, own]) => [key, { ...own, parameters: withInner(own, found) }]));
}

/** A message's parameters and those of the messages that it shows. */
function withInner(own, found) {
  const all = new Set(own.parameters);
  for (const key of own.messages) for (const parameter of found.get(key)?.parameters ?? []) all.add(parameter);
  return [...all].sort();
}
