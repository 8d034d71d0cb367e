/** The catalog's keys and the sentences in the page's sources. */
import { parse } from "svelte/compiler";
import ts from "typescript";
import { lineOf } from "./brackets.mjs";
import { isSentence } from "./sentences.mjs";

/** Functions that take a key first and its parameters second. */
const TAKE_KEYS = new Set(["text", "message"]);
/** Attributes that are shown or read out. */
const SHOWN = new Set([
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "title",
  "placeholder",
  "alt",
  "label",
]);

/** Calls that take selectors. */
const SELECTING = new Set(["closest", "matchMedia", "matches", "querySelector", "querySelectorAll"]);

/** Whether only browsers and programmers read a string: the page shows no error's own text but its entry of the catalog. */
function isApart(node) {
  const { parent } = ts.isTemplateSpan(node.parent) ? node.parent.parent : node;
  const call = ts.isTemplateExpression(parent) ? parent.parent : parent;
  if (ts.isNewExpression(call)) return call.expression.text === "Error";
  if (ts.isCallExpression(call)) return SELECTING.has(call.expression.name?.text ?? call.expression.text);
  return ts.isImportDeclaration(call) || /^[\w-]+\(/.test(node.text);
}

/** The TypeScript of a file: for a component, its scripts and the expressions of its markup. */
function scriptsOf(name, source) {
  if (!name.endsWith(".svelte")) return { scripts: [{ code: source, start: 0 }], markup: [] };
  const root = parse(source, { modern: true });
  const scripts = [root.instance, root.module].filter(Boolean).map(({ content: { start, end } }) => ({
    code: source.slice(start, end),
    start,
  }));
  const markup = [];
  const visit = (node, attribute) => {
    if (!node || typeof node !== "object") return;
    if (Array.isArray(node)) return node.forEach((each) => visit(each, attribute));
    if (node.type === "Text") markup.push({ text: node.data, start: node.start, attribute });
    else if (node.type === "Attribute") return visit(node.value, node.name);
    else if (node.type === "StyleDirective") return visit(node.value, "style");
    else if (node.type === "ExpressionTag" || isExpression(node)) {
      const { start, end } = node.expression ?? node;
      return scripts.push({ code: `(${source.slice(start, end)})`, start: start - 1, attribute });
    }
    for (const [key, value] of Object.entries(node)) if (key !== "metadata") visit(value, attribute);
  };
  visit(root.fragment);
  return { scripts, markup };
}

/** An expression of the markup: whatever the compiler did not make a node of its own of. */
function isExpression({ type }) {
  return /Expression$|^Literal$|^TemplateLiteral$/.test(type ?? "");
}

function parsed({ code }) {
  return ts.createSourceFile("page.ts", code, ts.ScriptTarget.Latest, true);
}

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The keys that an expression can be: several where it chooses. */
function keysOf(node) {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...keysOf(node.whenTrue), ...keysOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return keysOf(node.expression);
  return [];
}

/** The names of an object's properties, or `null` where they can't be told. */
function namesOf(node) {
  if (!node) return [];
  if (!ts.isObjectLiteralExpression(node) || node.properties.some(ts.isSpreadAssignment)) return null;
  return node.properties.map(({ name }) => name.text).sort();
}

/** Calls with a key and their parameters; `parameters` is `null` where they can't be told. */
export function callsIn(name, source) {
  const calls = [];
  for (const script of scriptsOf(name, source).scripts) {
    walk(parsed(script), (node) => {
      if (!ts.isCallExpression(node) || !TAKE_KEYS.has(node.expression.text) || node.arguments.length === 0) return;
      const parameters = namesOf(node.arguments[1]);
      const line = lineOf(source, script.start + node.getStart());
      for (const key of keysOf(node.arguments[0])) calls.push({ key, parameters, line });
    });
  }
  return calls;
}

/** Every string of the sources: keys in tables are among them. */
export function stringsIn(name, source) {
  const strings = [];
  const { scripts, markup } = scriptsOf(name, source);
  for (const script of scripts)
    walk(parsed(script), (node) => {
      if (ts.isStringLiteralLike(node)) strings.push(node.text);
    });
  return [...strings, ...markup.map(({ text }) => text)];
}

export function sentencesIn(name, source) {
  const { scripts, markup } = scriptsOf(name, source);
  const found = [];
  for (const { text, start, attribute } of markup) {
    const isShown = attribute === undefined ? /\p{L}{2,}/u.test(text) : SHOWN.has(attribute) && /\p{L}/u.test(text);
    if (isShown) found.push({ text: text.trim(), line: lineOf(source, start) });
  }
  for (const script of scripts) {
    if (script.attribute === "class" || script.attribute === "style") continue;
    walk(parsed(script), (node) => {
      const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
      if (isText && isSentence(node.text) && !isApart(node))
        found.push({ text: node.text, line: lineOf(source, script.start + node.getStart()) });
    });
  }
  return found;
}
