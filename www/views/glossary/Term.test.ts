import { cleanup, fireEvent, render } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { text } from "../../text";
import Term from "./Term.svelte";
import { PICTURES } from "./term-pictures";

afterEach(cleanup);

const entry = () => document.querySelector<HTMLElement>("[data-testid=term-entry]");

function show(of: string) {
  const page = render(Term, { of });
  return { ...page, term: page.getByRole("button", { name: text(`term-${of}`) }) };
}

describe("a term", () => {
  test("opens its entry by a click, and closes it by another", async () => {
    const { term } = show("fpgm");
    expect(term.getAttribute("aria-expanded")).toBe("false");
    await fireEvent.click(term);
    expect(term.getAttribute("aria-expanded")).toBe("true");
    expect(entry()!.id).toBe(term.getAttribute("aria-controls"));
    expect(entry()!.textContent).toContain(text("term-fpgm.long"));
    expect(entry()!.textContent).toContain(text("term-fpgm.paper"));
    await fireEvent.click(term);
    expect(entry()).toBeNull();
    expect(term.hasAttribute("aria-controls")).toBe(false);
  });

  test.each(["Enter", " "])(
    "opens by the key “%s” with the focus in the entry, and Escape gives it back",
    async (key) => {
      const { term } = show("macs");
      term.focus();
      await fireEvent.keyDown(term, { key });
      expect(entry()!.contains(document.activeElement)).toBe(true);
      await fireEvent.keyDown(document.activeElement!, { key: "Escape" });
      expect(entry()).toBeNull();
      expect(document.activeElement).toBe(term);
    },
  );

  test("Tab closes the entry and goes on from the term", async () => {
    const { term } = show("macs");
    term.focus();
    await fireEvent.keyDown(term, { key: "Enter" });
    await fireEvent.keyDown(document.activeElement!, { key: "Tab" });
    expect(entry()).toBeNull();
    expect(document.activeElement).toBe(term);
  });

  test("a press elsewhere closes the entry, a press in it does not", async () => {
    const { term } = show("macs");
    await fireEvent.click(term);
    await fireEvent.pointerDown(entry()!);
    expect(entry()).not.toBeNull();
    await fireEvent.pointerDown(document.body);
    expect(entry()).toBeNull();
  });

  test("leaves the page with its entry", async () => {
    const { term, unmount } = show("macs");
    await fireEvent.click(term);
    unmount();
    expect(entry()).toBeNull();
  });

  test("in a label it is neither the field nor a press on it", async () => {
    const label = document.createElement("label");
    document.body.append(label);
    const children = createRawSnippet(() => ({ render: () => "<span>Rate</span>" }));
    const { getByRole } = render(Term, { props: { of: "learning-rate", children }, target: label });
    const field = document.createElement("input");
    field.type = "checkbox";
    label.append(field);
    expect(label.control).toBe(field);
    await fireEvent.click(getByRole("button", { name: "Rate" }));
    expect(field.checked).toBe(false);
    expect(label.textContent).toBe("Rate");
    label.remove();
  });
});

describe("the glossary", () => {
  const keys = readFileSync("text/en.ftl", "utf8").match(/(?<=^term-)[\w-]+/gm)!;

  test("has no picture without a term", () => {
    expect(Object.keys(PICTURES).filter((key) => !keys.includes(key))).toEqual([]);
  });

  test.each(keys)("explains “%s” in two sentences", (key) => {
    const sentences = text(`term-${key}.long`).match(/[.?!](?= [A-Z“]|$)/g);
    expect(sentences).toHaveLength(2);
  });
});
