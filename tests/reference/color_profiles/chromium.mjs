/**
 * Writes chromium.json: the size of each picture, and six of its pixels (x, y, red, green, blue, alpha) as Chromium's canvas gives them.
 *
 *     node tests/reference/color_profiles/chromium.mjs FOLDER…
 *
 * FOLDER is this one, and others with pictures that are meant as well. For cmyk.jpg, see pictures.py.
 */
/* global createImageBitmap, OffscreenCanvas -- inside page.evaluate, which runs in the browser */
import { chromium } from "@playwright/test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findChrome } from "../../../tools/setup/browser.mjs";

const browser = await chromium.launch({ executablePath: findChrome(), args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();

/** Runs in the page: what `www/data/photo.worker.ts` does. */
async function pixels(base64) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const options = { imageOrientation: "from-image", premultiplyAlpha: "none" };
  const bitmap = await createImageBitmap(new Blob([bytes]), options);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const places = [0, 1, 2, 3, 4, 5].map((i) => [
    Math.floor((((i % 3) + 0.5) * width) / 3),
    Math.floor(((Math.floor(i / 3) + 0.5) * height) / 2),
  ]);
  return { size: [width, height], pixels: places.map(([x, y]) => [x, y, ...context.getImageData(x, y, 1, 1).data]) };
}

const lines = [];
for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder).filter((name) => name !== "cmyk.jpg" && /\.(jpg|png|webp)$/.test(name))) {
    const found = await page.evaluate(pixels, readFileSync(join(folder, name)).toString("base64"));
    lines.push(`    ${JSON.stringify(name)}: ${JSON.stringify(found)}`);
  }
}
const text = `{\n  "chromium": "${browser.version()}",\n  "pictures": {\n${lines.sort().join(",\n")}\n  }\n}\n`;
writeFileSync(new URL("chromium.json", import.meta.url), text);
await browser.close();
