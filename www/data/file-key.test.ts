import { expect, it } from "vitest";
import { fileKey } from "./file-key";

it("gives the published values of FNV-1a", () => {
  const key = (text: string) => fileKey(new TextEncoder().encode(text));
  expect(key("")).toBe(0xcbf29ce484222325n);
  expect(key("a")).toBe(0xaf63dc4c8601ec8cn);
  expect(key("foobar")).toBe(0x85944171f73967e8n);
});

it("gives what the arithmetic of bigints gives", () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3);
  const expected = bytes.reduce(
    (sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
  expect(fileKey(bytes)).toBe(expected);
});
