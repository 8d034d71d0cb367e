/** Models, photos and recipes can be pasted and dropped; the preset says how photos become tensors. */
import type { Page } from "@playwright/test";
import { draw } from "./pictures";
import { expect, test } from "./secateur";

interface Brought {
  name: string;
  type: string;
  base64: string;
}

/** Pastes files or a text into the page, or drops them on it. */
async function bring(page: Page, how: "paste" | "drop", what: { files?: Brought[]; text?: string }): Promise<void> {
  await page.evaluate(
    ({ how, files, text }) => {
      const carried = new DataTransfer();
      for (const { name, type, base64 } of files ?? []) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        carried.items.add(new File([bytes], name, { type }));
      }
      if (text) carried.setData("text", text);
      const options = { bubbles: true, cancelable: true };
      const event =
        how === "paste"
          ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
          : new DragEvent("drop", { ...options, dataTransfer: carried });
      document.body.dispatchEvent(event);
    },
    { how, ...what },
  );
}

/** A new recipe waits until the previous cut has been re-packed. */
const PATIENT = { timeout: 60_000 };

const text = (words: string) => Buffer.from(words).toString("base64");

test("a model, photos and recipes are pasted and dropped", async ({ secateur, page }) => {
  // A model is large, so the page fetches it from its own gallery and pastes it as a file.
  await page.evaluate(async () => {
    const { models } = (await (await fetch("gallery/gallery.json")).json()) as { models: { file: string }[] };
    const bytes = await (await fetch(`gallery/${models[0]!.file}`)).arrayBuffer();
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], "pasted.onnx"));
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: carried }),
    );
  });
  await expect(secateur.panel("Model")).toContainText("pasted.onnx", { timeout: 60_000 });
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });

  const picture = async (fill: string) =>
    (await draw(page, { width: 50, height: 40, fill, type: "image/png" })).toString("base64");
  const [blue, green] = [await picture("blue"), await picture("green")];
  await bring(page, "paste", { files: [{ name: "blue.png", type: "image/png", base64: blue }] });
  await expect(secateur.photo("blue.png")).toContainText("50 × 40");
  await bring(page, "paste", { text: '{"target": {"macs": 0.55}}' });
  await expect(secateur.slider).toHaveValue("45", PATIENT);

  await bring(page, "drop", {
    files: [
      { name: "green.png", type: "image/png", base64: green },
      { name: "recipe.json", type: "application/json", base64: text('{"target": {"macs": 0.75}}') },
    ],
  });
  await expect(secateur.photo("green.png")).toContainText("50 × 40");
  await expect(secateur.slider).toHaveValue("25", PATIENT);
  await bring(page, "drop", {
    files: [{ name: "bad.json", type: "application/json", base64: text('{"target": {"macs": 75}}') }],
  });
  await expect(page.getByRole("alert").filter({ hasText: "can't be used" })).toContainText("macs", PATIENT);
  await expect(secateur.slider).toHaveValue("25", PATIENT);
  await expect(secateur.summary).toContainText("of 5 photos", { timeout: 90_000 });

  await test.step("a guessed preset can be put right, and taken back", async () => {
    const preset = secateur.panel("Preprocessing");
    await expect(preset).toContainText("These settings are guessed from the model's shapes");
    const mean = preset.getByLabel(/^Mean/);
    const guessed = await mean.inputValue();
    await mean.fill("a lot");
    await mean.blur();
    await expect(preset.getByRole("alert")).toContainText("Enter numbers separated by commas.");
    await mean.fill("127, 127, 127");
    await mean.blur();
    await expect(preset).not.toContainText("are guessed");
    await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
    await preset.getByText("Class names").click();
    await preset.getByLabel(/One per line/).fill("rose\nthorn");
    await preset.getByLabel(/One per line/).blur();
    await expect(preset.getByText("Class names")).toContainText("(2)");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(mean).toHaveValue(guessed);
    await expect(secateur.summary).toContainText("of 5 photos", { timeout: 90_000 });
  });
});
