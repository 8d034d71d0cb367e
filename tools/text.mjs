/**
 * Compares the catalog of sentences with the sources: `node tools/text.mjs`. With a language's name it writes a
 * pseudo-language into text/: accented, longer than English, so that whatever escapes the catalog or is cut off shows.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { main, say, StepFailed } from "./report.mjs";
import { root } from "./shell.mjs";
import { COMPLETE, fileOf, languages, readCatalog } from "./text/catalog.mjs";
import * as page from "./text/page.mjs";
import { pseudo } from "./text/pseudo.mjs";
import * as rust from "./text/rust.mjs";

/** Keys that are put together from a name: entries of the glossary, and the command's help, whose own test looks after it. */
const BY_NAME = ["term-", "help-"];

/** Sources that no person reads the strings of. */
const APART = /\.test\.ts$|_tests\.rs$|^www\/(pkg|public)\/|^src\/(text|kernels\/testing)/;

function sourcesIn(folder, endings) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((name) => endings.some((ending) => name.endsWith(ending)) && !APART.test(name))
    .sort()
    .map((name) => ({ name, source: readFileSync(join(root, name), "utf8") }));
}

/** Fails where the catalog and the sources don't fit together. */
export function checkText() {
  const faults = [];
  const catalog = readCatalog(COMPLETE, faults);
  const rustFiles = sourcesIn("src", [".rs"]);
  const pageFiles = sourcesIn("www", [".ts", ".svelte"]);
  // The command's own list of languages, and index.html, which is made from the catalog as well.
  const others = ["src/text/mod.rs", "src/text/numbers.rs", "index.html"].map((name) =>
    readFileSync(join(root, name), "utf8"),
  );

  const calls = [
    ...rustFiles.flatMap(({ name, source }) => rust.callsIn(source).map((call) => ({ name, ...call }))),
    ...pageFiles.flatMap(({ name, source }) => page.callsIn(name, source).map((call) => ({ name, ...call }))),
  ];
  for (const { name, line, key, parameters } of calls) {
    const entry = catalog.get(key);
    if (!entry) faults.push(`${name}:${line}: text/${COMPLETE}.ftl has no “${key}”`);
    else if (parameters && parameters.join() !== entry.parameters.join())
      faults.push(`${name}:${line}: “${key}” takes (${entry.parameters.join(", ")}), not (${parameters.join(", ")})`);
  }

  const strings = new Set([
    ...calls.map(({ key }) => key),
    ...pageFiles.flatMap(({ name, source }) => page.stringsIn(name, source)),
    ...[...rustFiles.map(({ source }) => source), ...others].flatMap((source) => source.match(/[\w.-]+/g) ?? []),
    ...[...catalog.values()].flatMap(({ messages }) => [...messages]),
  ]);
  for (const key of catalog.keys()) {
    const isUsed = strings.has(key) || BY_NAME.some((prefix) => key.startsWith(prefix));
    if (!isUsed) faults.push(`text/${COMPLETE}.ftl: nothing uses “${key}”`);
  }
  for (const language of languages()) if (language !== COMPLETE) compare(language, catalog, faults);

  const escaped = [
    ...rustFiles.map(({ name, source }) => ({ name, found: rust.sentencesIn(source) })),
    ...pageFiles.map(({ name, source }) => ({ name, found: page.sentencesIn(name, source) })),
  ];
  for (const { name, found } of escaped)
    for (const { line, text } of found) faults.push(`${name}:${line}: “${text}” is not from the catalog`);
  if (faults.length > 0) throw new StepFailed(faults.join("\n"));
}

/** A language may lack messages, which are then shown in English; those it has take what the English ones take. */
function compare(language, complete, faults) {
  const catalog = readCatalog(language, faults);
  for (const [key, { parameters }] of catalog) {
    const expected = complete.get(key)?.parameters;
    if (!expected) faults.push(`text/${language}.ftl: “${key}” is not in text/${COMPLETE}.ftl`);
    else if (expected.join() !== parameters.join())
      faults.push(`text/${language}.ftl: “${key}” takes (${expected.join(", ")}), not (${parameters.join(", ")})`);
  }
  const lacking = [...complete.keys()].filter((key) => !catalog.has(key));
  if (lacking.length > 0) say(`text/${language}.ftl lacks ${lacking.length}, shown in English: ${lacking.join(", ")}`);
}

function writePseudo(language) {
  if (!/^[a-z]{2,3}$/.test(language) || language === COMPLETE)
    throw new StepFailed("Name the pseudo-language by two or three small letters, such as xx.");
  writeFileSync(fileOf(language), pseudo(readFileSync(fileOf(COMPLETE), "utf8")));
  say(
    `text/${language}.ftl is written. The page shows it at ?lang=${language}, the command with --language text/${language}.ftl.`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(() => {
    const [language] = process.argv.slice(2);
    if (language) writePseudo(language);
    else checkText();
  });
