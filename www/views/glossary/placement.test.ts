import { describe, expect, test } from "vitest";
import { beside } from "./placement";

const VIEW = { width: 360, height: 640 };
const CARD = { width: 300, height: 200 };

describe("a card beside its term", () => {
  test("is below it, at its left edge", () => {
    expect(beside({ left: 20, top: 100, width: 80, height: 20 }, CARD, VIEW)).toEqual({ left: 20, top: 128 });
  });

  test("is above it near the window's lower edge", () => {
    expect(beside({ left: 20, top: 600, width: 80, height: 20 }, CARD, VIEW)).toEqual({ left: 20, top: 392 });
  });

  test("stays within the window on either side", () => {
    expect(beside({ left: 300, top: 100, width: 50, height: 20 }, CARD, VIEW).left).toBe(52);
    expect(beside({ left: -40, top: 100, width: 50, height: 20 }, CARD, VIEW).left).toBe(8);
  });

  test("covers the term where there is no room beside it", () => {
    const low = { width: 360, height: 240 };
    expect(beside({ left: 20, top: 110, width: 80, height: 20 }, CARD, low).top).toBe(32);
  });
});
