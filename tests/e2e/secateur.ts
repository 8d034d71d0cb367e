/** What the end-to-end tests share: the page as a visitor sees it, and a check of every request. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test as base, type Locator, type Page } from "@playwright/test";
import type { Preset, Recipe } from "../../www/core/protocol";

export { expect } from "@playwright/test";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const ROOT = at("");
/** The gallery's model, as it is in the repository. */
export const GALLERY_MODEL = at("www/public/gallery/efficientnet-lite0.onnx");
export const efficientnet = (): Buffer => readFileSync(GALLERY_MODEL);
export const efficientnetPreset = (): Preset =>
  JSON.parse(readFileSync(at("www/presets/efficientnet-lite0.json"), "utf8")) as Preset;
const { photos } = JSON.parse(readFileSync(at("www/public/photos/photos.json"), "utf8")) as { photos: unknown[] };
/** How many sample photos there are. */
export const SAMPLES = photos.length;
/** Enough of them to recover a model, and few enough to compare in seconds. */
export const A_DOZEN = 12;
/** The classroom's network, small enough to train on many pictures in seconds. */
export const CLASSROOM = {
  title: "A classroom's network",
  file: at("www/public/gallery/fashion-mnist-small.onnx"),
  preset: at("www/presets/fashion-mnist.json"),
};
/** The core as WebAssembly, for tests that use it in Node. */
export const PACKAGE = at("www/pkg/secateur_bg.wasm");

export class Secateur {
  constructor(readonly page: Page) {}

  panel(name: string): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  get check(): Locator {
    return this.page.getByTestId("check");
  }

  get summary(): Locator {
    return this.page.getByTestId("all-photos");
  }

  get slider(): Locator {
    return this.page.getByRole("slider", { name: /^−/ });
  }

  /** A row of the table of totals: quantity, before, after, change. */
  total(quantity: string): Locator {
    return this.panel("Cut").getByRole("row", { name: new RegExp(`^${quantity}`) });
  }

  /** The button that opens a model of the gallery. */
  opener(title = "EfficientNet-Lite0"): Locator {
    const card = this.panel("Model").getByRole("listitem").filter({ hasText: title });
    return card.getByRole("button", { name: /^Open/ });
  }

  async openGalleryModel(title?: string): Promise<void> {
    await this.opener(title).click();
    await expect(this.check).toBeVisible({ timeout: 60_000 });
  }

  /** The same, with 30 % of its multiply-adds cut, re-packed and checked. */
  async openAndCut(title?: string): Promise<void> {
    await this.openGalleryModel(title);
    await this.cut(30);
    // The recipe to download is that of the cut that was re-packed last.
    const link = this.panel("Export").getByRole("link", { name: /^Download recipe/ });
    const packed = () =>
      link.evaluate(async (link: HTMLAnchorElement) => ((await (await fetch(link.href)).json()) as Recipe).target);
    await expect.poll(packed, { timeout: 60_000 }).toEqual({ macs: 0.7 });
    await expect(this.check).toBeVisible({ timeout: 60_000 });
  }

  async openFile(name: string, bytes: Uint8Array): Promise<void> {
    await this.chooseFile({ name, mimeType: "", buffer: Buffer.from(bytes) });
  }

  /** A file by its path or its contents. */
  async chooseFile(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    const another = this.page.getByRole("button", { name: "Open another model" });
    // While a model opens, the chooser goes and the button that brings it back comes. A large file takes seconds.
    await expect(async () => {
      if (await another.isVisible()) await another.click();
      await this.panel("Model").locator("input[type=file]").setInputFiles(file, { timeout: 20_000 });
    }).toPass({ timeout: 90_000 });
  }

  /** Picks so many sample photos, those among them that are picked already. */
  async pickPhotos(count: number): Promise<void> {
    const strip = this.page.getByRole("group", { name: "Photos to compare on" });
    for (const photo of (await strip.getByRole("button").elementHandles()).slice(0, count))
      if ((await photo.getAttribute("aria-pressed")) === "false") await photo.click();
  }

  /** Waits for a comparison on so many photos. */
  async expectCompared(count: number, timeout = 90_000): Promise<void> {
    await expect(this.summary).toContainText(new RegExp(String.raw`\d of ${count} photos`), { timeout });
  }

  async addPhoto(name: string, mimeType: string, buffer: Buffer): Promise<void> {
    await this.panel("Compare").locator("input[type=file]").setInputFiles({ name, mimeType, buffer });
  }

  photo(name: string): Locator {
    return this.page.locator(`[data-photo="${name}"]`);
  }

  /** Moves the slider to cut this share, in percent, and releases it. */
  async cut(percent: number): Promise<void> {
    await this.slider.fill(String(percent));
  }

  /** Reloads once the browser's database has stored what the page gave it: a reload drops writes that are still pending. */
  async reload(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const opening = indexedDB.open("secateur");
          opening.onerror = () => reject(opening.error!);
          opening.onsuccess = () => {
            const database = opening.result;
            // Transactions that write to the same store run in order, so this one ends after all others.
            const last = database.transaction("kept", "readwrite");
            last.onabort = () => reject(last.error!);
            last.oncomplete = () => resolve(database.close());
          };
        }),
    );
    await this.page.reload();
  }

  /** Checks that the page works: it re-packs and checks another cut. */
  async expectToWork(): Promise<void> {
    await this.cut(20);
    await expect(this.total("Multiply-adds")).toContainText(/−2\d/);
    await this.cut(30);
    await expect(this.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
  }
}

export const test = base.extend<{ secateur: Secateur; sameOrigin: void }>({
  secateur: async ({ page }, use) => {
    await page.goto("./");
    await use(new Secateur(page));
  },
  // In every test, no request leaves the page's own origin.
  sameOrigin: [
    async ({ context, baseURL }, use) => {
      const strangers: string[] = [];
      context.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        const isLocal = protocol === "blob:" || protocol === "data:" || origin === new URL(baseURL!).origin;
        if (!isLocal) strangers.push(request.url());
      });
      await use();
      expect(strangers).toEqual([]);
    },
    { auto: true },
  ],
});
