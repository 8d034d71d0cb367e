/** Criteria that use photos: chosen in the Cut panel, measured in the browser, and the same in the native command. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secateurCommand } from "./command";
import { CLASSROOM, expect, ROOT, test, type Secateur } from "./secateur";

const SIDE = 28;
const COUNT = 60;

/** A pair of IDX files: noise around a level that the label sets. */
function pictures(): { name: string; bytes: Buffer }[] {
  const header = (...lengths: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * lengths.length);
    bytes.set([0, 0, 8, lengths.length]);
    lengths.forEach((length, axis) => bytes.writeUInt32BE(length, 4 + 4 * axis));
    return bytes;
  };
  const labels = Buffer.from(Array.from({ length: COUNT }, (_, index) => index % 10));
  const pixels = Buffer.from(
    Array.from({ length: COUNT * SIDE * SIDE }, (_, at) => {
      const label = Math.floor(at / (SIDE * SIDE)) % 10;
      return (label * 17 + ((at * 2654435761) % 2 ** 32) / 2 ** 25) & 255;
    }),
  );
  return [
    { name: "train-images-idx3-ubyte", bytes: Buffer.concat([header(COUNT, SIDE, SIDE), pixels]) },
    { name: "train-labels-idx1-ubyte", bytes: Buffer.concat([header(COUNT), labels]) },
  ];
}

const measurement = (secateur: Secateur) => secateur.panel("Cut").getByTestId("measurement");

async function choose(secateur: Secateur, criterion: string): Promise<void> {
  await secateur.panel("Cut").getByLabel("Pruning criterion").selectOption(criterion);
  await expect(measurement(secateur)).toContainText("Measured on", { timeout: 120_000 });
  // The exported file belongs to this criterion's cut once that has been re-packed.
  const packed = async () =>
    (JSON.parse((await take(secateur, /^Download recipe/)).toString()) as { criterion: string }).criterion;
  await expect.poll(packed, { timeout: 60_000 }).toBe(criterion);
  await expect(secateur.check).toContainText("the smaller file gives the same answers");
}

async function take(secateur: Secateur, what: RegExp): Promise<Buffer> {
  const link = secateur.panel("Export").getByRole("link", { name: what });
  const [taken] = await Promise.all([secateur.page.waitForEvent("download"), link.click()]);
  return readFileSync(await taken.path());
}

test("all criteria of the published schema are offered, each with its sentence", async ({ secateur }) => {
  interface Listed {
    properties: { criterion: { oneOf: { const: string; title: string; description: string }[] } };
  }
  const schema = JSON.parse(readFileSync(join(ROOT, "docs/recipe.schema.json"), "utf8")) as Listed;
  const published = schema.properties.criterion.oneOf;
  await secateur.openGalleryModel(CLASSROOM.title);
  const cut = secateur.panel("Cut");
  const options = cut.getByLabel("Pruning criterion").locator("option");
  const offered = () => options.evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
  const all = published.map((criterion) => criterion.const);
  expect(await offered()).toEqual(all.filter((name) => name !== "divergence"));
  // This one judges whole branches only.
  await cut.getByRole("radio", { name: "Branches" }).check({ force: true });
  await expect.poll(offered).toEqual(all);
  await expect(options).toHaveText(published.map(({ title }) => new RegExp(`^${title.replace(/[()]/g, "\\$&")}`)));
  await expect(cut).toContainText(published[0]!.description);
});

test("Wanda looks at the gallery's set, and cuts otherwise than magnitude does", async ({ secateur }) => {
  await secateur.openAndCut(CLASSROOM.title);
  await expect(secateur.panel("Recover").getByTestId("training-data")).toContainText("Fashion-MNIST");
  const magnitude = await take(secateur, /^Download ONNX/);
  await choose(secateur, "wanda");
  await expect(measurement(secateur)).toContainText(/Measured on 1024 photos\.\s+These photos decide what is removed/);
  await expect(measurement(secateur).getByRole("button", { name: /^Measure again on 12000 photos/ })).toBeVisible();
  expect((await take(secateur, /^Download ONNX/)).equals(magnitude)).toBe(false);
  const report = JSON.parse((await take(secateur, /^Download report/)).toString()) as {
    measured: { pictures: number };
  };
  expect(report.measured.pictures).toBe(1024);
});

for (const criterion of ["wanda", "taylor"])
  test(`${criterion} measured on the same pictures gives the same file in the native command`, async ({ secateur }) => {
    test.setTimeout(400_000);
    await secateur.openAndCut(CLASSROOM.title);
    const panel = secateur.panel("Recover");
    await panel.getByRole("radio", { name: "Your files" }).check({ force: true });
    const input = panel.locator("input[type=file]:not([webkitdirectory])");
    const files = pictures();
    await input.setInputFiles(
      files.map(({ name, bytes }) => ({ name, mimeType: "application/octet-stream", buffer: bytes })),
    );
    await expect(panel.getByTestId("training-data")).toContainText(`${COUNT} photos`);
    await choose(secateur, criterion);
    const labels = criterion === "taylor" ? ", using their labels" : "";
    // Pictures that are held back from training are left out.
    const told = /Measured on (\d+) photos([^.]*)\./.exec(await measurement(secateur).innerText());
    expect(told?.[2]).toBe(labels);
    const measured = Number(told![1]);
    expect(measured).toBeGreaterThan(COUNT / 2);
    expect(measured).toBeLessThan(COUNT);
    const page = await take(secateur, /^Download ONNX/);

    const folder = mkdtempSync(join(tmpdir(), "secateur-"));
    try {
      for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
      const [recipe, output] = [join(folder, "recipe.json"), join(folder, "native.onnx")];
      writeFileSync(recipe, await take(secateur, /^Download recipe/));
      const data = ["--data", folder, "--split", "train", "--preset", CLASSROOM.preset];
      const said = secateurCommand("prune", CLASSROOM.file, "--recipe", recipe, ...data, "--output", output);
      expect(said).toContain(`on ${measured} photos`);
      expect(readFileSync(output).equals(page)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
