/** Which language the page speaks, and how its text is fetched. */
import { speak } from "./index";

/** Where each language's file lies, by the language's name. A language is added by adding its file. */
const FILES = Object.fromEntries(
  Object.entries(import.meta.glob<string>("../../text/*.ftl", { query: "?url", import: "default", eager: true })).map(
    ([path, url]) => [path.slice(path.lastIndexOf("/") + 1, -".ftl".length), url],
  ),
);

/** The language that every sentence is written in first. */
const FIRST = "en";

/** Fetches the page's text. Rejects where it can't be had. */
export async function loadText(): Promise<void> {
  const asked = new URLSearchParams(location.search).get("lang");
  const language = choose(Object.keys(FILES), [...(asked ? [asked] : []), ...navigator.languages]);
  const names = language === FIRST ? [FIRST] : [language, FIRST];
  speak(await Promise.all(names.map(async (name) => ({ name, source: await fetchText(FILES[name]!) }))));
  document.documentElement.lang = language;
}

/** The first wish that there is a file for; “de-AT” is met by “de”, too. */
export function choose(there: readonly string[], wishes: readonly string[]): string {
  const candidates = wishes.flatMap((wish) => [wish, wish.split("-")[0]!]).map((wish) => wish.toLowerCase());
  for (const candidate of candidates) {
    const found = there.find((name) => name.toLowerCase() === candidate);
    if (found) return found;
  }
  return FIRST;
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}
