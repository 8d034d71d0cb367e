/** Makes a pseudo-language of a catalog: each text accented and 40 % longer, with its parameters as they are. */
import { FluentParser, FluentSerializer, Transformer } from "@fluent/syntax";

const PLAIN = "AaCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz";
const ACCENTED = "ÅåÇçÐðÉéĜĝĤĥÎîĴĵĶķĻļÑñÖöŘřŠšŢţÛûŴŵÝýŽž";
const LONGER = 0.4;
const FILLING = " one two three four five six seven eight nine ten eleven twelve";

function accented(text) {
  return [...text].map((letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter).join("");
}

class Lengthen extends Transformer {
  visitPattern(node) {
    this.genericVisit(node);
    const last = node.elements.findLast(({ type, value }) => type === "TextElement" && /\p{L}{2,}/u.test(value));
    if (last) {
      // The space before a parameter stays there.
      const end = last.value.trimEnd().length;
      last.value = last.value.slice(0, end) + this.filling(node) + last.value.slice(end);
    }
    return node;
  }
  visitTextElement(node) {
    node.value = accented(node.value);
    return node;
  }
  filling({ elements }) {
    const texts = elements.filter(({ type }) => type === "TextElement").map(({ value }) => value.trim());
    const letters = texts.join("").replace(/\P{L}/gu, "").length;
    const wanted = Math.ceil(letters * LONGER);
    const repeated = FILLING.repeat(Math.ceil(wanted / FILLING.length));
    return accented(repeated.slice(0, wanted)).trimEnd();
  }
}

export function pseudo(english) {
  const resource = new FluentParser({ withSpans: false }).parse(english);
  return new FluentSerializer().serialize(new Lengthen().visit(resource));
}
