/** Every sentence that the page shows, by its key in text/*.ftl. */
import { FluentBundle, FluentNumber, FluentResource, type FluentVariable } from "@fluent/bundle";

/** What fills a sentence's gaps: a number, a name, a sentence of its own, or a list of these. */
export type Value = number | string | FluentNumber | Message | readonly Value[];
export type Values = Readonly<Record<string, Value>>;

/** A sentence that is not yet in any language, as the core sends it. */
export interface Message {
  readonly key: string;
  readonly args: Values;
}

export interface Language {
  /** “en”, say: the name of its file. */
  readonly name: string;
  /** The file's text. */
  readonly source: string;
}

/** First the language that is shown, then those that stand in for what it lacks. */
let bundles: readonly FluentBundle[] = [];

/** Shows the first of these languages; what it lacks is taken from the next. */
export function speak(languages: readonly Language[]): void {
  bundles = languages.map(({ name, source }) => {
    // A pseudo-language's name is none that Intl knows, so it writes numbers as English does.
    const locales = Intl.NumberFormat.supportedLocalesOf(name).length > 0 ? [name] : ["en"];
    // Marks of writing direction around every gap would end up in file names and in what is copied.
    const bundle = new FluentBundle(locales, { useIsolating: false });
    const [error] = bundle.addResource(new FluentResource(source));
    if (error) throw error;
    return bundle;
  });
}

/** The sentence of this key; “key.attribute” names an attribute of it. */
export function text(key: string, values: Values = {}): string {
  const [id = "", attribute] = key.split(".");
  for (const bundle of bundles) {
    const message = bundle.getMessage(id);
    const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
    if (!pattern) continue;
    const filled = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, variable(value, bundle)]));
    const errors: Error[] = [];
    const sentence = bundle.formatPattern(pattern, filled, errors);
    if (errors[0] && import.meta.env.DEV) throw new Error(`text “${key}”: ${errors[0].message}`);
    return sentence;
  }
  if (import.meta.env.DEV) throw new Error(`no text “${key}”`);
  return key;
}

/** Whether there is such an entry, or such an attribute of one, for what some have and others lack. */
export function hasText(key: string): boolean {
  const [id = "", attribute] = key.split(".");
  return bundles.some((bundle) => {
    const message = bundle.getMessage(id);
    return attribute === undefined ? message !== undefined : message?.attributes[attribute] !== undefined;
  });
}

/** What the core has to say. */
export function say({ key, args }: Message): string {
  return text(key, args);
}

/** A number with so many digits behind the decimal sign. */
export function decimal(value: number, digits: number): FluentNumber {
  return new FluentNumber(value, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
}

/** Marks the place in a sentence where <Sentence> puts a part of the page: a link, a figure. */
export function slot(name: string): string {
  return `${SLOT_START}${name}${SLOT_END}`;
}

/** A sentence's text and, at the odd places, the names of its slots. */
export function parts(sentence: string): string[] {
  return sentence.split(SLOT);
}

// Of Unicode's private use: no sentence holds them.
const SLOT_START = "\uE000";
const SLOT_END = "\uE001";
const SLOT = new RegExp(`${SLOT_START}(.*?)${SLOT_END}`);

function variable(value: Value, bundle: FluentBundle): FluentVariable {
  if (typeof value === "string" || value instanceof FluentNumber) return value;
  // As sizes, indices and counts are written in code: 1024, not 1,024.
  if (typeof value === "number") return new FluentNumber(value, { useGrouping: false, maximumSignificantDigits: 6 });
  if ("key" in value) return say(value);
  const items = value.map((item) => spoken(variable(item, bundle), bundle));
  return new Intl.ListFormat(bundle.locales, { type: "conjunction" }).format(items);
}

function spoken(value: FluentVariable, bundle: FluentBundle): string {
  return value instanceof FluentNumber
    ? new Intl.NumberFormat(bundle.locales, value.opts).format(value.value)
    : String(value);
}
