import { fireEvent, screen, within } from "@testing-library/svelte";
import { afterEach, describe, expect, test, vi } from "vitest";
import { coreError } from "../../../tests/page/core-double";
import { cut, openSmall, panel as panelOf, show } from "../../../tests/page/shown";
import { settled } from "../../../tests/page/surroundings";
import { core } from "../../../tests/page/visits";
import type { Recipe } from "../../core/protocol";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

const panel = () => panelOf("Recover");

async function opened(): Promise<void> {
  await show();
  await openSmall();
}

async function press(name: string | RegExp): Promise<void> {
  panel().getByRole("button", { name }).click();
  await settled();
}

afterEach(() => vi.restoreAllMocks());

describe("the plot of all models", () => {
  test("begins with the curve of the present criterion, each cut of which can be taken", async () => {
    await opened();
    expect(panel().queryByRole("slider")).toBeNull();
    await press(/^Measure the curve of “l2/);
    expect(panel().getByText(/pruned only: \d+ models/).textContent).toContain("8 models");
    await press(/^−30\s%: 70\s%/);
    expect(core.calls.filter(([name]) => name === "preview").at(-1)![1]).toMatchObject({ target: { macs: 0.7 } });
    await press(/^−50\s%/);
    expect(core.calls.filter(([name]) => name === "preview").at(-1)![1]).toMatchObject({ target: { macs: 0.5 } });
  });

  test("its line is moved by keys, and is what the search may lose", async () => {
    await opened();
    await press(/^Measure the curve/);
    const line = panel().getByRole("slider", { name: /^The line/ });
    expect(line.getAttribute("aria-valuenow")).toBe("95");
    await fireEvent.keyDown(line, { key: "PageDown" });
    await settled();
    expect(line.getAttribute("aria-valuenow")).toBe("90");
    expect((panel().getByLabelText(/^Maximum accuracy drop/) as HTMLInputElement).value).toBe("10");
    await press("Search");
    const asked = core.calls.find(([name]) => name === "search");
    // The search goes as far as the line lets it, whatever the slider of the cut says.
    expect(asked![1]).toMatchObject({ target: { macs: 0.02 } });
    expect(panel().getByRole("button", { name: /in rounds$/ })).toBeTruthy();
    expect(panel().getByRole("button", { name: /below the line$/ })).toBeTruthy();
  });

  /** The point of a model whose name ends so; what a pointer does with it. */
  const pointOf = (end: RegExp) => {
    const titles = [...document.querySelectorAll("path.point > title")];
    return titles.find((title) => end.test(title.textContent!.split(":")[0]!))!.parentElement!;
  };
  const loaded = () => core.calls.filter(([name]) => name === "preview").at(-1)![1];

  test("a model beyond the line is taken by its point, by its button, and where the line is drawn below it", async () => {
    await opened();
    await press("Search");
    const beyond = () => panel().getByRole("button", { name: /below the line$/ });
    const within = () => panel().getByRole("button", { name: /in rounds$/ });
    expect(loaded()).toMatchObject({ target: { macs: 0.8 } });

    await fireEvent.click(pointOf(/below the line$/));
    await settled();
    expect(loaded()).toMatchObject({ target: { macs: 0.6 } });
    expect(beyond().getAttribute("aria-pressed")).toBe("true");
    expect(panel().getByTestId("recovered").textContent).toContain("40\u00a0%");

    within().click();
    await settled();
    expect(within().getAttribute("aria-pressed")).toBe("true");
    beyond().click();
    await settled();
    expect(beyond().getAttribute("aria-pressed")).toBe("true");

    within().click();
    await settled();
    const line = panel().getByRole("slider", { name: /^The line/ });
    for (let key = 0; key < 12; key++) await fireEvent.keyDown(line, { key: "PageDown" });
    await settled();
    expect(panel().getByText(/^Smallest model above the line/).textContent).toContain("below the line");
    await press("Use this model");
    expect(beyond().getAttribute("aria-pressed")).toBe("true");
  });

  test("is drawn against the bytes of the file or the measured time, in their units", async () => {
    await opened();
    await cut(30);
    await press("Recover accuracy");
    const against = async (value: string) => {
      await fireEvent.change(panel().getByLabelText("Horizontal axis"), { target: { value } });
      await settled();
      const title = pointOf(/, recovered$/).querySelector("title")!.textContent;
      return [
        panel()
          .getByRole("group", { name: / against / })
          .getAttribute("aria-label"),
        title,
      ];
    };
    const name = "l2, channels, global, Reconstruct, recovered";
    expect(await against("bytes")).toEqual([
      expect.stringMatching(/^agreement with the original against file size: 2 models/),
      `${name}: 75\u00a0% at 2.94\u00a0kB`,
    ]);
    expect(await against("milliseconds")).toEqual([
      expect.stringMatching(/^agreement with the original against measured time per photo: 2 models/),
      `${name}: 75\u00a0% at 4.0\u00a0ms`,
    ]);
  });

  test("shows and names the method of recovery of each model", async () => {
    await opened();
    for (const method of ["Recalibrate", "Distill"]) {
      panel().getByRole("radio", { name: method }).click();
      await settled();
      await press("Recover accuracy");
    }
    const outlines = [/, Recalibrate, recovered$/, /, Distill, recovered$/].map((end) =>
      pointOf(end).getAttribute("d")!,
    );
    expect(outlines[0]).not.toBe(outlines[1]);
    const legend = [...document.querySelectorAll("figcaption li")];
    const shown = (name: string) => {
      const [entry] = legend.filter(({ textContent }) => textContent!.includes(name));
      return entry!.querySelector("path.point")!.getAttribute("d");
    };
    expect(["Recalibrate", "Distill"].map(shown)).toEqual(outlines);
  });

  test("a recovery whose worker dies says which weights are kept, and they are taken from the list", async () => {
    await opened();
    panel().getByRole("radio", { name: "Distill" }).click();
    await settled();
    const { advance } = core.pieces;
    const dies = coreError("crashed", "This part of the page stopped.");
    vi.spyOn(core.pieces, "advance").mockImplementationOnce(advance).mockRejectedValueOnce(dies);
    await press("Recover accuracy");
    const told = panel().getByRole("alert").textContent!.replace(/\s+/g, " ");
    expect(told).toContain("This part of the page stopped. The best weights so far, from step 1 of 3");
    expect(panel().queryByRole("button", { name: "Continue training" })).toBeNull();
    await press(/unfinished, step 1 of 3$/);
    expect(panel().getByTestId("recovered").textContent).toContain("The recovery did not finish");
    expect(panel().getByRole("button", { name: "Continue training" })).toBeTruthy();
  });
});

describe("the way to the line", () => {
  const choose = async (label: RegExp, value: string) => {
    await fireEvent.change(panel().getByLabelText(label), { target: { value } });
    await settled();
  };
  /** The recipe and the aim that were asked for last. */
  async function started(): Promise<unknown[]> {
    const asked = vi.spyOn(core.learner, "search");
    await press("Search");
    const [, recipe, , aim] = asked.mock.lastCall!;
    asked.mockRestore();
    return [recipe.target, aim];
  }
  const saves = () => panel().getByLabelText(/^Reduce/) as HTMLSelectElement;
  const offered = () => [...saves().options].filter(({ disabled }) => !disabled).map(({ value }) => value);

  test("saves what is chosen, whatever the slider counts: as far as it goes, or to the slider's share", async () => {
    await opened();
    expect(saves().value).toBe("macs");
    await choose(/^Reduce/, "parameters");
    expect(await started()).toEqual([{ parameters: 0.02 }, { loss: 0.05, pace: "search" }]);
    expect(panel().queryByText(/at the first model below the line/)).toBeNull();
    await choose(/^Schedule/, "linear");
    expect(panel().getByText(/at the first model below the line/)).toBeTruthy();
    await choose(/^Reduce/, "bytes");
    const { target } = core.calls.filter(([name]) => name === "preview").at(-1)![1] as Recipe;
    expect(await started()).toEqual([{ bytes: target!.macs }, { loss: 0.05, pace: { linear: 5 } }]);
  });

  test("saves measured time where channels go, and neither time nor bytes where zeros stay", async () => {
    await opened();
    await choose(/^Reduce/, "time");
    await fireEvent.input(panel().getByLabelText(/^Target time/), { target: { value: "40" } });
    expect(await started()).toEqual([{ macs: 0.02 }, { loss: 0.05, pace: "search", time: 0.4 }]);
    expect(offered()).toEqual(["macs", "parameters", "bytes", "sparsity", "time"]);

    const cut = within(screen.getByRole("region", { name: "Cut" }));
    await fireEvent.click(cut.getByRole("radio", { name: "Weights" }));
    await settled();
    expect(offered()).toEqual(["macs", "parameters", "sparsity"]);
    expect(panel().queryByLabelText(/^Target time/)).toBeNull();
    const [, aim] = await started();
    expect(aim).toEqual({ loss: 0.05, pace: "search" });
  });
});

describe("while it goes on, a recovery", () => {
  const standing = () =>
    panel()
      .getByText(/^Trains on/)
      .textContent!.replace(/\s+/g, " ");

  test("says how good the original and the cut are before anything was learned, and then what it was gone on from", async () => {
    await opened();
    panel().getByRole("radio", { name: "Reconstruct" }).click();
    const release = core.hold("advance");
    await press("Recover accuracy");
    expect(standing()).toContain("Agreement with the original: original 100 %, pruned 25 %.");
    release();
    await settled();
    expect(panel().queryByText(/^Trains on/)).toBeNull();
    core.hold("advance");
    await press("Continue training");
    expect(standing()).toContain("original 100 %, before 25 %.");
  });

  test("says of each round how good its cut is, how fast it learns and how long that takes, and draws its losses", async () => {
    await opened();
    const learned = { step: 1, loss: 0.5, hits: undefined, samples: 8, rate: 0.01, gradientNorm: 1 };
    const rest = { isOver: false, least: 0.8, bytes: new Uint8Array() };
    const cut = { pictures: 4, agreement: 0.3, kl: 1, score: { by: "agreement" as const, share: 0.3 } };
    let clock = 1_000;
    vi.spyOn(Date, "now").mockImplementation(() => clock);
    // Two of three steps, a second each.
    const step = (done: number) => {
      clock += 1_000;
      return Promise.resolve({ stage: { recovering: { done, of: 3, learned: { ...learned, step: done } } }, ...rest });
    };
    vi.spyOn(core.pieces, "round")
      .mockResolvedValueOnce({ stage: { cut }, ...rest })
      .mockImplementationOnce(() => step(1))
      .mockImplementationOnce(() => step(2));
    core.hold("round");
    await press("Search");
    expect(standing()).toContain("original 100 %, pruned 30 %.");
    expect(standing()).toContain("8 photos per second. About 1 s left in this round.");
    expect(panel().getByRole("img", { name: /^training loss: 0\.50 at step 2/ })).toBeTruthy();
  });
});

describe("the numbers of the plot", () => {
  test("are said to be on photos that models are chosen by", async () => {
    await opened();
    expect(panel().queryByTestId("measured-on")).toBeNull();
    await press(/^Measure the curve/);
    const told = panel().getByTestId("measured-on").textContent;
    expect(told).toContain("validation");
    expect(told).not.toContain("was trained on");
    // Fitting layers learns no step, and is kept or not by the same photos.
    await press("Recover accuracy");
    expect(screen.getByTestId("recovered").textContent).toMatch(/on 4 other photos that were also used to choose/);
  });

  test("are of the same photos, not of as many", async () => {
    await opened();
    await press("Recover accuracy");
    await press("Recover accuracy");
    expect(panel().queryByText(/measured on other photos/)).toBeNull();
    const { begin } = core.pieces;
    vi.spyOn(core.pieces, "begin").mockImplementation(async () => ({ ...(await begin()), fingerprint: "4 others" }));
    await press("Recover accuracy");
    expect(panel().getByText(/measured on other photos/).textContent).toMatch(/^2 models were/);
  });
});

describe("sensitivity", () => {
  test("says by how much each layer is cut, which a pattern leaves no choice of", async () => {
    await opened();
    const told = () =>
      panel()
        .getByText(/^How much pruning can each layer take/)
        .textContent!.replace(/\s+/g, " ");
    expect(told()).toContain("is pruned on its own, by 25 % to 90 %, and");
    const cut = within(screen.getByRole("region", { name: "Cut" }));
    await fireEvent.click(cut.getByRole("radio", { name: "N:M" }));
    await settled();
    expect(told()).toContain("is pruned on its own, to 2:4, and");
  });

  test("that fails before anything was measured stays open, and says why", async () => {
    await opened();
    core.fail("beginProbe", coreError("bad-model", "the model's output holds values that are not numbers"));
    await press("Measure every layer");
    const details = panel().getByText("Sensitivity").closest("details")!;
    expect(details.open).toBe(true);
    expect(within(details).getByRole("alert").textContent).toContain("not numbers");
  });

  test("is a table of layers and levels, leads to the layer, and shares the cut out", async () => {
    await opened();
    const share = () => panel().getByRole("button", { name: /^Spread the pruning/ }) as HTMLButtonElement;
    expect(share().disabled).toBe(true);
    await press("Measure every layer");
    const table = within(panel().getByRole("table", { name: /by layer/ }));
    const rows = table.getAllByRole("row").slice(1);
    const texts = rows.map((row) => [...row.children].map((cell) => cell.textContent!.trim()));
    expect(texts).toEqual([
      ["stem", "75\u00a0%", "50\u00a0%", "25\u00a0%", "10\u00a0%"],
      ["head", "87.5\u00a0%", "75\u00a0%", "62.5\u00a0%", "55\u00a0%"],
    ]);
    table.getByRole("button", { name: "head" }).click();
    await settled();
    expect(table.getByRole("button", { name: "head" }).getAttribute("aria-pressed")).toBe("true");
    share().click();
    await settled();
    const recipe = core.calls.filter(([name]) => name === "preview").at(-1)![1];
    expect(recipe).toMatchObject({ allocation: "manual", layers: { stem: 0.5 } });
  });
});
