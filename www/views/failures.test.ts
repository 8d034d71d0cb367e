/** What failed says so beside what it is of, and no longer than that is there. */
import { fireEvent, screen } from "@testing-library/svelte";
import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { drop, openSmall, panel, show } from "../../tests/page/shown";
import { file, settled } from "../../tests/page/surroundings";
import { core } from "../../tests/page/visits";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

const failed = coreError("bad-input", "out of luck");
const told = () => screen.queryAllByText(/out of luck/).length;

async function press(where: string, name: string | RegExp): Promise<void> {
  await fireEvent.click(panel(where).getByRole("button", { name }));
  await settled();
}

async function moveSlider(): Promise<void> {
  const slider = panel("Cut").getByRole("slider");
  await fireEvent.input(slider, { target: { value: 60 } });
  await fireEvent.change(slider);
  await settled();
}

describe("a failure goes with its model, and comes back with it:", () => {
  test.each([
    ["of the curve", "beginCut", /^Measure the curve/],
    ["of the sensitivity", "beginProbe", "Measure every layer"],
    ["of a recovery", "recover", "Recover accuracy"],
  ])("%s", async (_, call, button) => {
    await show();
    await openSmall();
    core.fail(call, failed);
    await press("Recover", button);
    expect(told()).toBe(1);
    await drop(file("other.onnx"));
    expect(told()).toBe(0);
    screen.getByRole("button", { name: "Undo" }).click();
    await settled();
    expect(told()).toBe(1);
  });

  test("of re-packing, which every panel that needs it tells of", async () => {
    await show();
    core.fail("pack", failed);
    await openSmall();
    expect(panel("Cut").getByRole("alert").textContent).toContain("out of luck");
    expect(panel("Compare").getByText(/Cut says what went wrong/)).toBeTruthy();
    core.fail("pack", null);
    await drop(file("other.onnx"));
    expect(told()).toBe(0);
    expect(panel("Export").getByRole("link", { name: /^Download ONNX/ })).toBeTruthy();
  });
});

test("a failure of the comparison goes with the pruned model that it was of", async () => {
  await show();
  core.fail("prepare", failed);
  await openSmall();
  expect(told()).toBe(1);
  core.fail("prepare", null);
  await moveSlider();
  expect(told()).toBe(0);
});

test("photos of which none can be read leave no empty comparison", async () => {
  await show();
  await openSmall();
  await press("Compare", /^Remove/);
  await drop(file("broken.jpg", "image/jpeg", [0]));
  expect(panel("Compare").getByText(/^None of the photos could be compared/)).toBeTruthy();
});

test("a failure of ONNX Runtime Web goes when it is switched off", async () => {
  await show();
  await openSmall();
  core.fail("peer.load", failed);
  const toggle = panel("Compare").getByRole("switch");
  await fireEvent.click(toggle);
  await settled();
  expect(told()).toBe(1);
  await fireEvent.click(toggle);
  await settled();
  expect(told()).toBe(0);
});

test("a failure to spread the pruning goes with the recipe that was to be spread", async () => {
  await show();
  await openSmall();
  await press("Recover", "Measure every layer");
  core.fail("guide", failed);
  await press("Recover", "Spread the pruning by sensitivity");
  expect(told()).toBe(1);
  await moveSlider();
  expect(told()).toBe(0);
});
