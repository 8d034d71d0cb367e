/** Numbers on photos that a model was made with say so. */
import { fireEvent, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { drop, openSmall, panel, show } from "../../../tests/page/shown";
import { file, settled } from "../../../tests/page/surroundings";
import { core } from "../../../tests/page/visits";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

const recover = () => panel("Recover");
const told = () => screen.queryByTestId("not-new")?.textContent.trim().replace(/\s+/g, " ") ?? null;

async function press(name: string): Promise<void> {
  recover().getByRole("button", { name }).click();
  await settled();
}

/** The gallery's model, with the sample photo and one of the visitor's. */
beforeEach(async () => {
  await show();
  await drop(file("mine.jpg", "image/jpeg"));
  await openSmall();
});

describe("the comparison", () => {
  test("of a cut that no photo chose has nothing to say", () => {
    expect(screen.getByTestId("all-photos").textContent).toContain("2 photos");
    expect(told()).toBeNull();
  });

  test("says how many of its photos a model learned from or was chosen by, after a reload too", async () => {
    vi.spyOn(core.pieces, "beginTest").mockResolvedValue(0);
    await press("Recover accuracy");
    expect(told()).toBe(
      "Used to train or to choose the best model: 2 of 2 photos. Expect less agreement on other photos.",
    );

    await drop(file("new.jpg", "image/jpeg"));
    document.body.replaceChildren();
    await show();
    expect(told()).toContain("2 of 3 photos");
    await press("Use the model before recovery");
    expect(told()).toBeNull();
  });

  test("does not claim that photos kept for the test were learned from", async () => {
    await press("Recover accuracy");
    expect(told()).toContain("Used to train, to choose the best model, or to test it: 2 of 2 photos");
  });

  test("keeps silent about a model that learned from other photos, until one is made of it that did not", async () => {
    const folder = ["cat/1.png", "cat/2.png"].map((path) =>
      Object.assign(file(path, "image/png"), { webkitRelativePath: `pets/${path}` }),
    );
    await fireEvent.click(recover().getByRole("radio", { name: "Your files" }));
    const input = recover().getByTestId("folder");
    Object.defineProperty(input, "files", { value: folder, configurable: true });
    await fireEvent.change(input);
    await settled();
    await press("Recover accuracy");
    expect(screen.getByTestId("recovered")).toBeTruthy();
    expect(told()).toBeNull();

    await fireEvent.click(recover().getByRole("radio", { name: "Comparison photos" }));
    await press("Continue training");
    expect(told()).toContain("2 of 2 photos");
    await fireEvent.click(recover().getByRole("radio", { name: "Your files" }));
    await press("Continue training");
    expect(told()).toContain("2 of 2 photos");
  });

  test("says by how many of its photos a criterion chose the cut, and keeps that with what is recovered", async () => {
    const criterion = screen.getByLabelText("Pruning criterion");
    await fireEvent.change(criterion, { target: { value: "wanda" } });
    await settled();
    expect(told()).toBe(
      "Used to choose what to remove, or to test the result: 2 of 2 photos. Expect less agreement on other photos.",
    );
    await fireEvent.change(criterion, { target: { value: "l1" } });
    await settled();
    expect(told()).toBeNull();
  });

  test("says by how many a cut was shared out by sensitivity, or taken from a curve", async () => {
    await press("Measure every layer");
    await press("Spread the pruning by sensitivity");
    expect(told()).toContain("Used to choose what to remove, or to test the result: 2 of 2 photos.");
    await fireEvent.click(within(screen.getByRole("region", { name: "Cut" })).getByRole("radio", { name: "Weights" }));
    await settled();
    await press("Measure the curve of “l2, weights, by hand”");
    recover()
      .getByRole("button", { name: /^−30\s%/ })
      .click();
    await settled();
    expect(told()).toContain("Used to choose what to remove, or to test the result: 2 of 2 photos.");
  });
});
