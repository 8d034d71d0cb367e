/** The catalog's keys and the sentences in the Rust sources. */
import { lineOf, piecesAt } from "./brackets.mjs";
import { isSentence } from "./sentences.mjs";

const CALL = /\b(?:message|t)!\s*\(\s*"([\w-]+)"/g;
const STRING = /"((?:[^"\\]|\\[^])*)"/g;
/** What stands before a string that only programmers read. */
const FOR_PROGRAMMERS =
  /(?:\b(?:expect|panic!|unreachable!|assert!|assert_eq!|assert_ne!|debug_assert!|debug_assert_eq!)\s*\((?:[^"]*,)?|#!?\[[^\]]*)\s*$/;

/** What is written into files, as it is in every language. */
const DATA = new Set(["small residual network"]);

/** A paper, as it is cited in every language. */
const CITATION = /^\p{Lu}\w+ (?:et al\.|and \p{Lu}\w+), /u;

/** The source without what is compiled for tests only, and without comments; lines keep their numbers. */
function code(source) {
  const tests = source.search(/^#\[cfg\(test\)\]\n(?:#\[.*\]\n)*mod \w+ \{/m);
  const own = tests < 0 ? source : source.slice(0, tests);
  return own.replace(/^\s*\/\/.*$/gm, "").replace(/([;{},)])\s*\/\/ .*$/gm, "$1");
}

/** Calls with a key: its parameters by name. */
export function callsIn(source) {
  const own = code(source);
  return [...own.matchAll(CALL)].map((match) => {
    const [, ...pieces] = piecesAt(own, own.indexOf("(", match.index), ['"']);
    const parameters = pieces.map((piece) => /^(\w+)\s*=/.exec(piece)?.[1] ?? `“${piece}”`);
    return { key: match[1], parameters: parameters.sort(), line: lineOf(own, match.index) };
  });
}

export function sentencesIn(source) {
  const own = code(source);
  const strings = [...own.matchAll(STRING)].filter(({ 1: text, index }) => {
    const before = own.slice(Math.max(0, index - 300), index);
    const isFormat = before.endsWith("b") || DATA.has(text) || CITATION.test(text);
    return !isFormat && isSentence(text.replace(/\{[^}]*\}/g, "")) && !FOR_PROGRAMMERS.test(before);
  });
  return strings.map(({ 1: text, index }) => ({ text, line: lineOf(own, index) }));
}
