/**
 * Makes docs/glossary.md from the catalog's entries `term-…`, and checks them: `node tools/glossary.mjs --write` writes the
 * file, without `--write` it fails where the file differs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@fluent/syntax";
import { main, say, StepFailed } from "./report.mjs";
import { root } from "./shell.mjs";

const CATALOG = "text/en.ftl";
const FILE = "docs/glossary.md";
const SECTION = "Glossary: ";
const PREFIX = "term-";

const INTRO = `# Glossary

The words that the page, the command and the code use, a line each. The page explains each of them in place, with the
same entries: they are in [text/en.ftl](../text/en.ftl), and \`node tools/glossary.mjs --write\` makes this file from them.
`;

/** A pattern without gaps, as one line. */
function plain(pattern, key) {
  const isText = pattern?.elements.every(({ type }) => type === "TextElement");
  if (!isText) throw new StepFailed(`${CATALOG}: “${key}” is missing, or is not plain text`);
  return pattern.elements.map(({ value }) => value.replace(/\s*\n\s*/g, " ")).join("");
}

function termOf({ id, value, attributes }) {
  const attribute = (name) => attributes.find((each) => each.id.name === name)?.value;
  const needed = (name) => plain(attribute(name), `${id.name}.${name}`);
  const paper = attribute("paper");
  const term = { name: plain(value, id.name), short: needed("short"), long: needed("long") };
  return { ...term, paper: paper ? plain(paper, `${id.name}.paper`) : "" };
}

/** Sections of the glossary, in the catalog's order, each with its terms. */
function sectionsOf(catalog) {
  const sections = [];
  let section = null;
  for (const entry of parse(catalog, { withSpans: false }).body) {
    if (entry.type === "GroupComment") {
      section = entry.content.startsWith(SECTION) ? { title: entry.content.slice(SECTION.length), terms: [] } : null;
      if (section) sections.push(section);
    } else if (entry.type === "Message" && entry.id.name.startsWith(PREFIX)) {
      if (!section) throw new StepFailed(`${CATALOG}: “${entry.id.name}” stands outside the glossary`);
      section.terms.push(termOf(entry));
    }
  }
  return sections;
}

function markdownOf(sections) {
  const tables = sections.map(({ title, terms }) => {
    const rows = terms.map(({ name, short, paper }) => `| ${name} | ${short} | ${paper} |`);
    return [
      `## ${title[0].toUpperCase()}${title.slice(1)}`,
      "",
      "| term | meaning | source |",
      "| --- | --- | --- |",
      ...rows,
    ];
  });
  return [INTRO, ...tables.map((lines) => `${lines.join("\n")}\n`)].join("\n");
}

/** Fails where docs/glossary.md is not what the catalog's entries make, or writes it. */
export function glossary({ write = false } = {}) {
  const made = markdownOf(sectionsOf(readFileSync(join(root, CATALOG), "utf8")));
  const path = join(root, FILE);
  if (write) {
    writeFileSync(path, made);
    say(`Wrote ${FILE}.`);
  } else if (readFileSync(path, "utf8") !== made) {
    throw new StepFailed(`${FILE} is not what ${CATALOG} makes: run node tools/glossary.mjs --write`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(() => glossary({ write: process.argv.includes("--write") }));
}
