/** Training data as a visitor provides it: zip archives, IDX files, the camera, and the gallery's own dataset. */
import { zipSync } from "fflate";
import { draw } from "./pictures";
import { expect, test, type Secateur } from "./secateur";

/** A camera that shows a moving pattern. The page still needs permission to use it. */
test.use({
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, args: [...(launchOptions.args ?? []), "--use-fake-device-for-media-stream"] });
  },
});

const recover = (secateur: Secateur) => secateur.panel("Recover");

async function choose(secateur: Secateur, source: string): Promise<void> {
  await recover(secateur).getByRole("radio", { name: source, exact: true }).check({ force: true });
}

async function drop(secateur: Secateur, ...files: { name: string; bytes: Uint8Array }[]): Promise<void> {
  await choose(secateur, "Your files");
  const input = recover(secateur).locator("input[type=file]:not([webkitdirectory])");
  await input.setInputFiles(
    files.map(({ name, bytes }) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) })),
  );
}

const header = (axes: number, ...lengths: number[]) => {
  const bytes = Buffer.alloc(4 + 4 * lengths.length);
  bytes.set([0, 0, 8, axes]);
  lengths.forEach((length, axis) => bytes.writeUInt32BE(length, 4 + 4 * axis));
  return bytes;
};

test("a zip with a folder a class is counted, and found again after a reload", async ({ secateur, page }) => {
  await secateur.openGalleryModel();
  const [red, blue] = await Promise.all(
    ["red", "blue"].map((fill) => draw(page, { width: 40, height: 30, type: "image/png", fill })),
  );
  const files = Object.fromEntries([
    ...Array.from({ length: 13 }, (_, index) => [`warm/${index}.png`, red!] as const),
    ...Array.from({ length: 12 }, (_, index) => [`cold/${index}.png`, blue!] as const),
  ]);
  await drop(secateur, { name: "colors.zip", bytes: zipSync(files, { level: 0 }) });
  const told = recover(secateur).getByTestId("training-data");
  await expect(told).toHaveText("25 photos from “colors.zip”, in 2 classes.");
  await secateur.reload();
  await expect(told).toHaveText("25 photos from “colors.zip”, in 2 classes.", { timeout: 60_000 });

  await drop(secateur, { name: "half.zip", bytes: zipSync(files, { level: 0 }).subarray(0, 900) });
  await expect(recover(secateur).getByRole("alert")).toContainText("“half.zip” can't be unpacked");
  await drop(secateur, { name: "empty.zip", bytes: zipSync({ "notes.txt": new Uint8Array(3) }) });
  await expect(recover(secateur).getByRole("alert")).toContainText("“empty.zip” contains no photos");
});

test("folders that are none of the model's classes are refused, not taken for any", async ({ secateur, page }) => {
  await secateur.openGalleryModel();
  await secateur.cut(30);
  const fills = ["red", "blue", "teal", "black", "white", "olive", "navy", "lime"];
  const drawn = await Promise.all(fills.map((fill) => draw(page, { width: 40, height: 30, type: "image/png", fill })));
  const files = Object.fromEntries(drawn.map((bytes, index) => [`${index % 2 ? "cat" : "dog"}/${index}.png`, bytes]));
  await drop(secateur, { name: "pets.zip", bytes: zipSync(files, { level: 0 }) });
  await expect(recover(secateur).getByTestId("training-data")).toHaveText("8 photos from “pets.zip”, in 2 classes.");
  await recover(secateur).getByRole("button", { name: "Recover accuracy" }).click();
  await expect(recover(secateur)).toContainText("“cat” and “dog” are none of the model's 1000 classes", {
    timeout: 60_000,
  });
  await secateur.expectToWork();
});

test("a pair of IDX files is read by the core, and one that does not fit together is refused", async ({ secateur }) => {
  await secateur.openGalleryModel();
  const pixels = Buffer.from(Array.from({ length: 30 * 16 }, (_, index) => index % 251));
  const images = { name: "train-images-idx3-ubyte", bytes: Buffer.concat([header(3, 30, 4, 4), pixels]) };
  const labels = (count: number) => ({
    name: "train-labels-idx1-ubyte",
    bytes: Buffer.concat([header(1, count), Buffer.from(Array.from({ length: count }, (_, index) => index % 3))]),
  });
  await drop(secateur, images, labels(30));
  await expect(recover(secateur).getByTestId("training-data")).toHaveText("30 photos from your files, in 3 classes.");
  await drop(secateur, images, labels(29));
  await expect(recover(secateur).getByRole("alert")).toContainText("30 photos and 29 labels");
  await drop(secateur, { ...images, bytes: images.bytes.subarray(0, 200) }, labels(30));
  await expect(recover(secateur).getByRole("alert")).toContainText("train-images-idx3-ubyte");
});

test("pictures are taken with the camera, by keyboard, and kept", async ({ secateur, context }) => {
  await context.grantPermissions(["camera"]);
  await secateur.openGalleryModel();
  await choose(secateur, "Camera");
  const panel = recover(secateur);
  await panel.getByRole("button", { name: "Open the camera" }).press("Enter");
  const name = panel.getByLabel(/^Class \(what the photo shows/);
  await name.fill("cup");
  await panel.getByLabel("Photos per burst").fill("3");
  // The first picture comes a moment after the camera opens.
  await expect
    .poll(() => panel.locator("video").evaluate((video) => (video as HTMLVideoElement).videoWidth))
    .toBeGreaterThan(0);
  await name.press("Enter");
  await expect(panel.getByRole("group", { name: "cup" })).toContainText("3 photos");
  await expect(panel.getByRole("button", { name: "Capture" })).toBeEnabled();
  await name.fill("pen");
  await name.press("Enter");
  await expect(panel.getByTestId("training-data")).toHaveText("6 photos from your camera, in 2 classes.");
  await secateur.reload();
  await expect(panel.getByTestId("training-data")).toHaveText("6 photos from your camera, in 2 classes.", {
    timeout: 60_000,
  });
  await expect(panel.getByRole("group", { name: "pen" }).locator("img")).toHaveCount(3);
});

test("a camera that is refused is told, with what to do", async ({ secateur }) => {
  await secateur.openGalleryModel();
  await choose(secateur, "Camera");
  await recover(secateur).getByRole("button", { name: "Open the camera" }).click();
  await expect(recover(secateur).getByRole("alert")).toContainText("does not allow this page to use the camera");
  await expect(recover(secateur).getByRole("button", { name: "Try again" })).toBeVisible();
});

test("a full disk is told, and what was taken still works", async ({ secateur, page }) => {
  await secateur.openGalleryModel();
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  const photo = await draw(page, { width: 8, height: 8, type: "image/png", fill: "teal" });
  await drop(secateur, { name: "one.png", bytes: photo }, { name: "two.png", bytes: photo });
  await expect(page.getByRole("alert").filter({ hasText: "storage is full" })).toBeVisible();
  await expect(recover(secateur).getByTestId("training-data")).toHaveText("2 photos from your files.");
});

test("this browser decodes the packed test set to the published bytes", async ({ secateur }) => {
  const checksum = await secateur.page.evaluate(async () => {
    const file = await (await fetch("gallery/fashion-mnist/test.webp")).blob();
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data, width } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const idx = new Uint8Array(16 + 10_000 * 28 * 28);
    idx.set([0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28]);
    for (let at = 0; at < 10_000 * 28 * 28; at++) {
      const [picture, pixel] = [Math.floor(at / 784), at % 784];
      const x = (picture % 100) * 28 + (pixel % 28);
      const y = Math.floor(picture / 100) * 28 + Math.floor(pixel / 28);
      idx[16 + at] = data[(y * width + x) * 4]!;
    }
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", idx));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
  // The checksum of t10k-images-idx3-ubyte in Debian's package.
  expect(checksum).toBe("5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b");
});
