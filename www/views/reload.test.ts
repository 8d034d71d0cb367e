/** What is chosen in a panel is a decision: it is there after a reload. */
import { cleanup, fireEvent } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import { openSmall, panel, show } from "../../tests/page/shown";
import { settled } from "../../tests/page/surroundings";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Every control of a panel with what it says now. */
function controls(name: string): Map<string, string | boolean> {
  const region = document.querySelector(`section[aria-labelledby="${ID[name]}-title"]`)!;
  const all = [...region.querySelectorAll<Control>("input:not([type=file]), select, textarea")];
  return new Map(
    all.map((control, at) => {
      const isTicked = control instanceof HTMLInputElement && /^(radio|checkbox)$/.test(control.type);
      const words = control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent?.trim() ?? "";
      return [`${at} ${words.slice(0, 40)}`, isTicked ? control.checked : control.value];
    }),
  );
}

const ID: Record<string, string> = { Cut: "cut", Recover: "recover", Compare: "compare", Preprocessing: "preset" };

const radio = (name: string) => (inPanel: string) => fireEvent.click(panel(inPanel).getByRole("radio", { name }));
const tick = (name: RegExp) => (inPanel: string) => fireEvent.click(panel(inPanel).getByLabelText(name));
const pick = (name: RegExp, value: string) => (inPanel: string) =>
  fireEvent.change(panel(inPanel).getByLabelText(name), { target: { value } });
const type = (name: RegExp, value: string) => async (inPanel: string) => {
  const field = panel(inPanel).getByLabelText(name);
  await fireEvent.input(field, { target: { value } });
  await fireEvent.change(field, { target: { value } });
};

const slide = (value: string) => async (inPanel: string) => {
  const slider = panel(inPanel).getByRole("slider");
  await fireEvent.input(slider, { target: { value } });
  await fireEvent.change(slider);
};

/** What is changed in each panel, one after the other. */
const CHANGES: Record<string, ((panel: string) => unknown)[]> = {
  Cut: [pick(/^Pruning criterion/, "l1"), pick(/^Spread/, "uniform"), pick(/^Reduce/, "parameters"), slide("42")],
  Recover: [
    radio("Distill"),
    radio("Your files"),
    type(/^steps/i, "55"),
    type(/^Batch size/, "4"),
    type(/^Learning rate/, "0.5"),
    tick(/^Match features/),
    pick(/^Optimizer/, "adamw"),
    pick(/^Learning-rate schedule/, "constant"),
    type(/^Weight decay/, "0.25"),
    type(/^Gradient clipping/, "3"),
    type(/^Temperature/, "2"),
    tick(/^Flip/),
    type(/^Shift/, "7"),
    type(/^Rotate/, "8"),
    type(/^Color jitter/, "9"),
    type(/^Seed/, "12"),
    type(/^Maximum accuracy drop/, "3"),
    pick(/^Schedule/, "cubic"),
    type(/^Rounds/, "6"),
    pick(/^Reduce/, "time"),
    type(/^Target time/, "60"),
  ],
  Compare: [tick(/ONNX Runtime Web/)],
  Preprocessing: [
    pick(/^Crop/, "squash"),
    type(/^Width × height/, "16, 16"),
    type(/^Mean/, "0.1, 0.2, 0.3"),
    type(/^Divide by/, "0.4, 0.5, 0.6"),
    pick(/^Channel order/, "bgr"),
    type(/^One per line/, "cat\ndog"),
  ],
};

test.each(Object.entries(CHANGES))("what is chosen in “%s” is there after a reload", async (name, changes) => {
  await show();
  await openSmall();
  for (const change of changes) {
    const before = controls(name);
    await change(name);
    await settled();
    const after = controls(name);
    // Each of them changes something, or its survival would say nothing.
    expect([...after], change.toString()).not.toEqual([...before]);
  }
  const chosen = controls(name);
  cleanup();
  await show();
  expect(controls(name)).toEqual(chosen);
});
