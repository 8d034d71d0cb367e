import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { decimal, hasText, parts, say, slot, speak, text } from ".";
import { choose } from "./language";

const EN = `
plain = { $text }
photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
names = Rename { $names }.
term = multiply-adds
    .short = Work.
inside = The model says: { $inner }
only = Only in English.
`;

const english = () => speak([{ name: "en", source: EN }]);

beforeAll(english);
afterAll(() => speak([{ name: "en", source: readFileSync("text/en.ftl", "utf8") }]));

describe("text", () => {
  test("fills gaps, and counts as the language does", () => {
    expect(text("photos", { count: 1 })).toBe("1 photo");
    expect(text("photos", { count: 1200 })).toBe("1200 photos");
    expect(text("plain", { text: decimal(4.5, 2) })).toBe("4.50");
    expect(text("plain", { text: 0.00031 })).toBe("0.00031");
    expect(text("term.short")).toBe("Work.");
    expect([hasText("term.short"), hasText("term.paper"), hasText("nowhere")]).toEqual([true, false, false]);
  });

  test("lists and sentences stand inside sentences", () => {
    expect(text("names", { names: ["a", 2, "c"] })).toBe("Rename a, 2, and c.");
    expect(say({ key: "inside", args: { inner: { key: "photos", args: { count: 2 } } } })).toBe(
      "The model says: 2 photos",
    );
  });

  test("a key that is missing, and a value that is, are mistakes", () => {
    expect(() => text("nowhere")).toThrow("no text “nowhere”");
    expect(() => text("names")).toThrow("names");
  });

  test("what a language lacks is said in English", () => {
    speak([
      { name: "de", source: "term = Multiplikationen\nplain = { $text }" },
      { name: "en", source: EN },
    ]);
    expect(text("term")).toBe("Multiplikationen");
    expect(text("term.short")).toBe("Work.");
    expect(text("only")).toBe("Only in English.");
    expect(text("plain", { text: decimal(4.5, 1) })).toBe("4,5");
    english();
  });

  test("a slot parts a sentence where something else comes in", () => {
    expect(parts(text("plain", { text: `by ${slot("figure")} at most` }))).toEqual(["by ", "figure", " at most"]);
  });
});

test.each([
  [["de-AT", "en"], "de"],
  [["pt-BR"], "pt-BR"],
  [["pt-br"], "pt-BR"],
  [["fr", "de"], "de"],
  [["fr"], "en"],
  [[], "en"],
])("of en, de and pt-BR, %j chooses %s", (wishes, chosen) =>
  expect(choose(["en", "de", "pt-BR"], wishes)).toBe(chosen),
);
