/** Input that can't be used is explained in plain words, and the page keeps what it had. */
import { draw, turned } from "./pictures";
import { efficientnet, expect, test } from "./secateur";

test.describe("models", () => {
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from("JFIF\0"), ...new Uint8Array(400)]);
  const cases: [what: string, name: string, bytes: () => Buffer][] = [
    ["a truncated model", "half.onnx", () => efficientnet().subarray(0, 4_000_000)],
    ["a JPEG that calls itself a model", "cat.onnx", () => jpeg],
    ["an empty file", "empty.onnx", () => Buffer.alloc(0)],
    ["text", "notes.onnx", () => Buffer.from("Dear diary, today I pruned the roses.\n".repeat(50))],
  ];

  test("none of them stops the page", async ({ secateur }) => {
    await secateur.openGalleryModel();
    const alert = secateur.panel("Model").getByRole("alert");
    for (const [what, name, bytes] of cases) {
      await test.step(what, async () => {
        await secateur.openFile(name, bytes());
        await expect(alert).toContainText("EfficientNet-Lite0 is still open", { timeout: 30_000 });
        await expect(alert).toContainText(/\S+ \S+ \S+/);
        await alert.getByRole("button", { name: "Dismiss" }).click();
        await expect(alert).toHaveCount(0);
      });
    }
    await secateur.expectToWork();
  });
});

test.describe("photos", () => {
  test("a corrupt one is named, the others are compared", async ({ secateur }) => {
    await secateur.openGalleryModel();
    await expect(secateur.summary).toContainText("of 3 photos", { timeout: 60_000 });
    await secateur.addPhoto("broken.jpg", "image/jpeg", Buffer.from("this is no picture"));
    await expect(secateur.photo("broken.jpg").getByRole("alert")).toContainText(
      "“broken.jpg” can't be opened as a photo",
    );
    await expect(secateur.summary).toContainText("of 3 photos");
    await secateur.expectToWork();
  });

  test("one-pixel, gray, transparent and rotated ones are compared like any other", async ({ secateur, page }) => {
    await secateur.openGalleryModel();
    const white = { width: 300, height: 200, fill: "white" } as const;
    const jpeg = await draw(page, { ...white, type: "image/jpeg", marked: true });
    const photos: [name: string, type: string, bytes: Buffer, size: string][] = [
      ["pixel.png", "image/png", await draw(page, { width: 1, height: 1, fill: "green", type: "image/png" }), "1 × 1"],
      ["gray.jpg", "image/jpeg", await draw(page, { ...white, fill: "#777", type: "image/jpeg" }), "300 × 200"],
      [
        "glass.png",
        "image/png",
        await draw(page, { ...white, fill: "rgb(0 0 255 / 30%)", type: "image/png" }),
        "300 × 200",
      ],
      ["upright.jpg", "image/jpeg", turned(jpeg, 6), "200 × 300"],
    ];
    for (const [name, type, bytes, size] of photos) {
      await secateur.addPhoto(name, type, bytes);
      await expect(secateur.photo(name)).toContainText(size);
    }
    await expect(secateur.summary).toContainText("of 7 photos", { timeout: 90_000 });
  });

  test("a huge one is shrunk, and the page says so", async ({ secateur, page }) => {
    await secateur.openGalleryModel();
    const huge = await draw(page, { width: 8000, height: 6000, fill: "teal", type: "image/jpeg" });
    await secateur.addPhoto("huge.jpg", "image/jpeg", huge);
    await expect(secateur.photo("huge.jpg")).toContainText("8000 × 6000, shrunk while decoding", { timeout: 30_000 });
    await expect(secateur.summary).toContainText("of 4 photos", { timeout: 60_000 });
  });
});

test.describe("recipes", () => {
  const cases: [what: string, text: string, told: RegExp][] = [
    ["an unknown field", '{"granlarity": "channel", "target": {"macs": 0.7}}', /granlarity/],
    ["an impossible target", '{"target": {"macs": 7}}', /macs/],
    ["an unknown criterion", '{"criterion": "beauty", "target": {"macs": 0.7}}', /beauty/],
    ["no recipe at all", "prune it well", /JSON/],
  ];

  test("are refused with the reason, and nothing changes", async ({ secateur, page }) => {
    await secateur.openAndCut();
    await secateur.panel("Export").getByText("Import a recipe").click();
    for (const [what, text, told] of cases) {
      await test.step(what, async () => {
        await secateur
          .panel("Export")
          .getByLabel(/Paste a recipe/)
          .fill(text);
        await secateur.panel("Export").getByRole("button", { name: "Apply the recipe" }).click();
        const alert = page.getByRole("alert").filter({ hasText: "can't be used" });
        await expect(alert).toContainText(told);
        await alert.getByRole("button", { name: "Dismiss" }).click();
      });
    }
    await expect(secateur.slider).toHaveValue("30");
    await test.step("a target that a recipe may have and this model can't reach", async () => {
      const take = secateur.panel("Export");
      await take.getByLabel(/Paste a recipe/).fill('{"target": {"macs": 0.002}}');
      await take.getByRole("button", { name: "Apply the recipe" }).click();
      await expect(secateur.panel("Cut").getByRole("alert")).toContainText(/at least \S+\s?%?.*previous/s);
      await expect(take).toContainText(
        "This file comes from the previous settings. The current ones can't be applied.",
      );
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(secateur.panel("Cut").getByRole("alert")).toHaveCount(0);
    });
    await secateur.expectToWork();
  });
});

test("numbers that are none of steps, a seed or rounds are told in the core's words", async ({ secateur }) => {
  await secateur.openAndCut();
  const panel = secateur.panel("Recover");
  const alert = panel.getByRole("alert");
  const dismissed = async () => {
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await expect(alert).toHaveCount(0);
  };
  await panel.getByRole("radio", { name: "Distill" }).check({ force: true });
  const steps = panel.getByLabel("steps", { exact: true });
  await steps.fill("2.5");
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
  await expect(alert).toContainText(/steps must be a whole number from 1 .* not 2\.5/);
  await dismissed();

  await steps.fill("2");
  await panel.getByText("Augmentation", { exact: true }).click();
  await panel.getByLabel("Seed").fill("-1");
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
  await expect(alert).toContainText("seed must be a whole number from 0");
  await dismissed();
  await panel.getByRole("heading", { name: "Sensitivity" }).click();
  await panel.getByRole("button", { name: "Measure every layer" }).click();
  await expect(alert).toContainText(/seed must be a whole number from 0 .* not [-−]1/);

  await panel.getByLabel("Seed").fill("1");
  await panel.getByRole("combobox", { name: "Schedule", exact: true }).selectOption("equal steps");
  await panel.getByLabel("Rounds", { exact: true }).fill("1.5");
  await panel.getByRole("button", { name: "Search", exact: true }).click();
  await expect(alert.filter({ hasText: "rounds must be a whole number from 1 to 100, not 1.5" })).toBeVisible();
  await secateur.expectToWork();
});
