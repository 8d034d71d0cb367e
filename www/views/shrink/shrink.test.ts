import { fireEvent, screen, within } from "@testing-library/svelte";
import { describe, expect, test, vi } from "vitest";
import { coreError, summary } from "../../../tests/page/core-double";
import { cut, openSmall, panel as panelOf, show } from "../../../tests/page/shown";
import { file, settled } from "../../../tests/page/surroundings";
import { core } from "../../../tests/page/visits";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

const TITLE = "Make it smaller automatically";
const panel = () => panelOf(TITLE);
const button = () => panel().getByRole<HTMLButtonElement>("button", { name: "Make it smaller" });
const plain = (element: HTMLElement) => element.textContent!.replace(/\s+/g, " ").trim();

async function opened(): Promise<void> {
  await show();
  await openSmall();
}

async function press(): Promise<void> {
  button().click();
  await settled();
}

const cells = (row: HTMLElement) => [...row.children].map((cell) => plain(cell as HTMLElement));

/** What the table says, a list of cells for each row. */
function rows(): string[][] {
  const [, ...all] = within(panel().getByTestId("tried")).getAllByRole("row");
  return all.map(cells);
}

/** What the panel of the cut says that is left of the multiply-adds, and the change. */
const left = () => cells(panelOf("Cut").getByRole("row", { name: /^Multiply-adds/ })).slice(2);

const asked = () => core.calls.find(([name]) => name === "shrink")?.[1];

describe("one button that chooses everything", () => {
  test("is the first thing that an open model offers", async () => {
    await show();
    expect(screen.queryByRole("region", { name: TITLE })).toBeNull();
    await openSmall();
    const [, second] = [...document.querySelectorAll("main section.panel")];
    expect(second).toBe(screen.getByRole("region", { name: TITLE }));
    const link = panelOf("Cut").getByRole("link", { name: "make it smaller automatically" });
    expect(link.getAttribute("href")).toBe("#shrink");
  });

  test("is pressed once, and shows what was tried, what was taken and how to do the same", async () => {
    await opened();
    await press();
    expect(asked()).toEqual({ target: { macs: 0.75 } });
    expect(rows()).toEqual([
      ["Mostly branches, then channels", "75 %", "50 %", "60 %", "0.40"],
      ["Some branches, then mostly channels", "Not possible: no branches are left"],
      ["Branches only ✓ taken", "75 %", "55 %", "70 %", "0.30"],
      ["Channels only", "75 %", "20 %", "30 %", "0.70"],
    ]);
    const made = within(panel().getByTestId("made"));
    expect(plain(made.getByText(/^The page tried/))).toBe(
      "The page tried 3 ways to cut the model. “Branches only” was taken, because its answers diverged least from the original's (KL) on photos that it had not been fitted to.",
    );
    expect(cells(made.getByRole("row", { name: /^Agreement with/ })).slice(1)).toEqual(["100 %", "55 %", "90 %"]);
    expect(cells(made.getByRole("row", { name: /^Test/ })).slice(1)).toEqual(["100 %", "25 %", "85 %"]);
    expect(made.getAllByRole("listitem").map(plain)).toEqual([
      "Remove branches by the criterion “divergence” and keep 75 % of the multiply-adds.",
      "Recover with “Reconstruct”.",
      "Recover with “Distill”: 3 steps of 2 photos at a learning rate of 0.01.",
    ]);
    expect(made.getByRole("link", { name: "Download steps" }).getAttribute("download")).toBe("small-steps.json");
  });

  test("gives the model that the other panels show", async () => {
    await opened();
    await press();
    const files = panelOf("Export")
      .getAllByRole("link")
      .map((link) => link.getAttribute("download"));
    expect(files).toEqual(["small-pruned.onnx", "small-steps.json"]);
    expect(left()).toEqual(["37.5 k", "−25 %"]);
    expect(panelOf("Cut").getByRole("link", { name: "made automatically" }).getAttribute("href")).toBe("#shrink");
    expect(panelOf("Cut").queryByTestId("check")).toBeNull();
    const recover = panelOf("Recover");
    expect(recover.getByText(/was made automatically and is recovered already/)).toBeTruthy();
    expect(recover.queryByTestId("recovered")).toBeNull();
    const entry = recover.getByRole("button", { name: /automatic, Reconstruct, Distill$/ });
    expect(entry.getAttribute("aria-pressed")).toBe("true");

    panel().getByRole("button", { name: "Stop using this model" }).click();
    await settled();
    expect(panel().queryByTestId("made")).toBeNull();
    expect(left()).toEqual(["50.0 k", "±0 %"]);
    entry.click();
    await settled();
    expect(panel().getByTestId("made")).toBeTruthy();
    // A cut by hand takes its place, and is what the numbers are of again.
    await cut(30);
    expect(panel().queryByTestId("made")).toBeNull();
    expect(left()).toEqual(["35.0 k", "−30 %"]);
  });

  test("aims at an accepted loss, which is the line of all other panels", async () => {
    await opened();
    await fireEvent.click(panel().getByRole("radio", { name: /^Lose at most/ }));
    const points = () => panel().getByLabelText<HTMLInputElement>(/^Accuracy to lose/);
    expect(points().value).toBe("5");
    expect(panel().getByText(/Your photos have no labels/)).toBeTruthy();
    await fireEvent.change(points(), { target: { value: "2" } });
    await settled();
    expect(panelOf("Recover").getByLabelText<HTMLInputElement>(/^Maximum accuracy drop/).value).toBe("2");
    await press();
    expect(asked()).toEqual({ maxDrop: 0.02 });
    expect(plain(panel().getByText(/^The page tried 3 cuts/))).toContain("without losing more than 2 points");
  });

  test("keeps the share that was asked for within bounds", async () => {
    await opened();
    const share = () => panel().getByLabelText<HTMLInputElement>(/^Multiply-adds to keep/);
    await fireEvent.change(share(), { target: { value: "400" } });
    await settled();
    await press();
    expect(asked()).toEqual({ target: { macs: 0.99 } });
  });
});

describe("while it works", () => {
  test("the table grows, and what is being tried stands last", async () => {
    await opened();
    const { tryStrategy } = core.pieces;
    let release = () => {};
    vi.spyOn(core.pieces, "tryStrategy")
      .mockImplementationOnce(tryStrategy)
      .mockImplementation(async (strategy) => {
        await new Promise<void>((go) => (release = go));
        return tryStrategy(strategy);
      });
    await press();
    expect(rows()).toEqual([
      ["Mostly branches, then channels", "75 %", "50 %", "60 %", "0.40"],
      ["Some branches, then mostly channels", "75 %", "being tried"],
    ]);
    expect(panel().getByRole("status").textContent).toContain("(2 of 4): measuring the criterion on photos: 1 of 2");
    expect(button().matches(":disabled")).toBe(true);
    expect(panelOf("Recover").queryByRole("progressbar")).toBeNull();
    expect(panelOf("Recover").getByText(/is being made smaller automatically/)).toBeTruthy();

    panel().getByRole("button", { name: "Stop and keep the best model" }).click();
    release();
    await settled();
    expect(rows()).toHaveLength(2);
    expect(panel().getByTestId("made")).toBeTruthy();
  });

  test("it is canceled, and says that nothing was kept", async () => {
    await opened();
    const release = core.hold("tryStrategy");
    await press();
    panel().getByRole("button", { name: "Cancel" }).click();
    release();
    await settled();
    expect(panel().getByRole("alert").textContent).toContain("No smaller model was kept");
    expect(panelOf("Recover").queryByRole("alert")).toBeNull();
  });

  test("a recovery that goes on has the learner, and is told of here", async () => {
    await opened();
    const release = core.hold("advance");
    panelOf("Recover").getByRole("button", { name: "Recover accuracy" }).click();
    await settled();
    expect(button().matches(":disabled")).toBe(true);
    expect(panel().getByText(/in the “Recover” panel/)).toBeTruthy();
    expect(panel().queryByRole("progressbar")).toBeNull();
    release();
    await settled();
    expect(button().matches(":disabled")).toBe(false);
  });
});

describe("what can go wrong", () => {
  test("settings of training that the core refuses are told where they were used", async () => {
    await opened();
    core.fail("shrinkPlan", coreError("bad-input", "a batch holds 1 picture at least"));
    await press();
    expect(panel().getByRole("alert").textContent).toContain("a batch holds 1 picture");
    expect(panelOf("Recover").queryByRole("alert")).toBeNull();
    panel().getByRole("button", { name: "Dismiss" }).click();
    await settled();
    expect(panel().queryByRole("alert")).toBeNull();
  });

  test("every cut loses too much: the model stays as it is, and the table says why", async () => {
    await opened();
    await fireEvent.click(panel().getByRole("radio", { name: /^Lose at most/ }));
    await fireEvent.change(panel().getByLabelText(/^Accuracy to lose/), { target: { value: "0" } });
    await press();
    expect(plain(panel().getByText(/the model stays as it is/))).toContain("loses more than 0 points");
    expect(rows()).toHaveLength(4);
    expect(panel().queryByText(/taken/)).toBeNull();
    expect(panel().queryByTestId("made")).toBeNull();
  });

  test("few photos cost something, and the samples are offered", async () => {
    await opened();
    expect(panel().getByText(/^With so few photos/)).toBeTruthy();
    // The only sample is in use by now.
    expect(panel().queryByRole("button", { name: /sample photo/ })).toBeNull();
    await fireEvent.click(panel().getByRole("radio", { name: "Your files" }));
    await settled();
    expect(panel().getByText(/^The page needs photos/)).toBeTruthy();
    expect(button().disabled).toBe(true);
    panel().getByRole("button", { name: "Use the sample photo" }).click();
    await settled();
    expect(panel().getByTestId("training-data").textContent).toBe("1 photo from the comparison.");
    expect(button().disabled).toBe(false);
  });

  test("a model that can't run here is not offered what can't be done", async () => {
    await show();
    const unsupported = [{ operator: "Einsum", node: "a", opset: 17 }];
    vi.spyOn(core.cutter, "open").mockImplementationOnce((_, name) =>
      Promise.resolve({ ...summary(name), unsupported }),
    );
    await openSmall();
    expect(panel().getByText(/operators that are not supported here/)).toBeTruthy();
    expect(panel().queryByRole("button", { name: "Make it smaller" })).toBeNull();
  });

  test("files are chosen in this panel as in any other", async () => {
    await opened();
    await fireEvent.click(panel().getByRole("radio", { name: "Your files" }));
    const photos = ["1.png", "2.png"].map((path) =>
      Object.assign(file(path, "image/png"), { webkitRelativePath: `pets/${path}` }),
    );
    const input = panel().getByTestId("folder");
    Object.defineProperty(input, "files", { value: photos, configurable: true });
    await fireEvent.change(input);
    await settled();
    for (const where of [panel(), panelOf("Recover")])
      expect(where.getByTestId("training-data").textContent).toContain("2 photos from “pets”");
  });
});
