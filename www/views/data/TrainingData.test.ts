import { fireEvent } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { coreError } from "../../../tests/page/core-double";
import { openSmall, panel as panelOf, show } from "../../../tests/page/shown";
import { file, settled } from "../../../tests/page/surroundings";
import { core } from "../../../tests/page/visits";
import type { Plan } from "../../core/protocol";
import { Storage } from "../../state/kept/storage";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

const panel = () => panelOf("Recover");
const source = (name: string) => fireEvent.click(panel().getByRole("radio", { name }));

/** Begins a recovery, and gives what the core was asked for. */
async function planned(): Promise<Plan> {
  core.calls.length = 0;
  panel().getByRole("button", { name: "Recover accuracy" }).click();
  await settled();
  const [, plan] = core.calls.find(([name]) => name === "recover")! as [string, Plan];
  return plan;
}

beforeEach(async () => {
  await show();
  await openSmall();
});

test("the photos at hand are learned from at first; files and the camera say what to do", async () => {
  expect(panel().getByTestId("training-data").textContent).toBe("1 photo from the comparison.");
  expect(panel().getByText(/only 1 photo\./)).toBeTruthy();
  await source("Your files");
  expect(panel().getByText(/one subfolder for each class/)).toBeTruthy();
  await source("Camera");
  expect(panel().getByRole("button", { name: "Open the camera" })).toBeTruthy();
});

test("files are summed up with their classes and warnings, and forgotten when asked", async () => {
  await source("Your files");
  const folder = ["cat/1.png", "cat/2.png"].map((path) =>
    Object.assign(file(path, "image/png"), { webkitRelativePath: `pets/${path}` }),
  );
  const input = panel().getByTestId("folder");
  Object.defineProperty(input, "files", { value: folder, configurable: true });
  await fireEvent.change(input);
  await settled();
  expect(panel().getByTestId("training-data").textContent).toBe("2 photos from “pets”, in 1 class.");
  expect(panel().getByText(/All photos belong to one class/)).toBeTruthy();
  panel().getByRole("button", { name: "Remove these files" }).click();
  await settled();
  expect(panel().queryByTestId("training-data")).toBeNull();
});

test("a camera that can't be had is told", async () => {
  await source("Camera");
  panel().getByRole("button", { name: "Open the camera" }).click();
  await settled();
  expect(panel().getByRole("alert").textContent).toContain("over https");
  expect(panel().getByRole("button", { name: "Try again" })).toBeTruthy();
});

test("augmentation and the seed go into the plan", async () => {
  await fireEvent.click(panel().getByRole("radio", { name: "Distill" }));
  const details = panel().getByText("Augmentation").closest("details")!;
  details.open = true;
  await fireEvent(details, new Event("toggle"));
  await settled();
  await fireEvent.change(panel().getByLabelText(/^Rotate by up to/), { target: { value: "15" } });
  await fireEvent.input(panel().getByLabelText("Seed"), { target: { value: "7" } });
  panel().getByRole("button", { name: "Recover accuracy" }).click();
  await settled();
  const [, plan] = core.calls.find(([name]) => name === "recover")! as [string, Plan];
  expect(plan).toMatchObject({ seed: 7, augmentation: { flip: true, shift: 0.1, rotation: 15, jitter: 0 } });
});

test("the batch size is the core's default, or what the visitor asks for", async () => {
  expect(panel().queryByLabelText("Batch size (photos)")).toBeNull();
  await fireEvent.click(panel().getByRole("radio", { name: "Fine-tune" }));
  await settled();
  const field = panel().getByLabelText("Batch size (photos)") as HTMLInputElement;
  expect(field.placeholder).toBe("2");
  expect((panel().getByLabelText("Learning rate") as HTMLInputElement).placeholder).toBe("0.01");
  expect((await planned()).batch).toBe(2);
  await fireEvent.input(field, { target: { value: "16" } });
  expect((await planned()).batch).toBe(16);
  // Kept with what came out.
  const [attempt] = (await new Storage(() => undefined).loadAttempts()).slice(-1);
  expect(attempt!.plan.batch).toBe(16);
});

test("a batch size that the core refuses is told", async () => {
  await fireEvent.click(panel().getByRole("radio", { name: "Distill" }));
  await settled();
  core.fail("plan", coreError("bad-input", "the pictures per step must be a whole number"));
  await fireEvent.input(panel().getByLabelText("Batch size (photos)"), { target: { value: "0" } });
  panel().getByRole("button", { name: "Recover accuracy" }).click();
  await settled();
  expect(panel().getByRole("alert").textContent).toContain("whole number");
  expect(core.calls.filter(([name]) => name === "recover")).toEqual([]);
  expect(core.calls.findLast(([name]) => name === "plan")![1]).toEqual([
    "distill",
    expect.objectContaining({ batch: 0 }),
  ]);
});

test("steps, the seed and rounds go to the core as they were typed, which says what is wrong with them", async () => {
  await fireEvent.click(panel().getByRole("radio", { name: "Distill" }));
  await settled();
  await fireEvent.input(panel().getByLabelText("steps", { exact: true }), { target: { value: "2.5" } });
  await fireEvent.input(panel().getByLabelText("Seed"), { target: { value: "-1" } });
  core.fail("plan", coreError("bad-input", "learning for 2.5 steps can't be done"));
  panel().getByRole("button", { name: "Recover accuracy" }).click();
  await settled();
  expect(core.calls.findLast(([name]) => name === "plan")![1]).toEqual([
    "distill",
    expect.objectContaining({ length: { steps: 2.5 }, seed: -1 }),
  ]);
  expect(panel().getByRole("alert").textContent).toContain("2.5 steps");
  core.fail("plan", null);
  const line = vi.spyOn(core.learner, "search");
  await fireEvent.change(panel().getByLabelText("Schedule"), { target: { value: "linear" } });
  await fireEvent.input(panel().getByLabelText("Rounds"), { target: { value: "" } });
  panel().getByRole("button", { name: "Search" }).click();
  await settled();
  expect(line.mock.calls[0]![3]).toMatchObject({ pace: { linear: 0 } });
});

test("how it learns is as the visitor asks, and as usual where nothing is asked", async () => {
  const set = (label: string, value: string) =>
    fireEvent.input(panel().getByLabelText(label, { exact: true }), { target: { value } });
  const pick = (label: string, value: string) =>
    fireEvent.change(panel().getByLabelText(label, { exact: true }), { target: { value } });
  await fireEvent.click(panel().getByRole("radio", { name: "Distill" }));
  expect(await planned()).toMatchObject({ length: { steps: 3 }, optimiser: { rule: "sgd" }, weightDecay: 1e-4 });
  await set("Momentum", "0.5");
  await set("Gradient clipping (maximum norm)", "2");
  await set("Temperature", "8");
  expect(await planned()).toMatchObject({ optimiser: { rule: "sgd", momentum: 0.5 }, clip: 2, temperature: 8 });
  await pick("Unit", "epochs");
  await set("epochs", "1.5");
  await pick("Optimizer", "adamw");
  await pick("Learning-rate schedule", "one-cycle");
  await set("Weight decay", "0.05");
  await settled();
  expect(await planned()).toMatchObject({
    length: { epochs: 1.5 },
    optimiser: { rule: "adamw" },
    schedule: "one-cycle",
    weightDecay: 0.05,
  });
  await pick("Unit", "minutes");
  expect((await planned()).length).toEqual({ minutes: 2 });
});

test("features are not matched where the visitor asks for it", async () => {
  await fireEvent.click(panel().getByRole("radio", { name: "Distill" }));
  expect((await planned()).inner).toEqual(["stages"]);
  await fireEvent.click(panel().getByLabelText("Match features early in training"));
  expect((await planned()).inner).toEqual([]);
});

test("labels count beside the original where there are any", async () => {
  await fireEvent.click(panel().getByRole("radio", { name: "Distill" }));
  expect(panel().queryByLabelText(/^Label-loss weight/)).toBeNull();
  await source("Your files");
  const folder = ["cat/1.png", "dog/1.png"].map((path) =>
    Object.assign(file(path, "image/png"), { webkitRelativePath: `pets/${path}` }),
  );
  const input = panel().getByTestId("folder");
  Object.defineProperty(input, "files", { value: folder, configurable: true });
  await fireEvent.change(input);
  await settled();
  await fireEvent.input(panel().getByLabelText(/^Label-loss weight/), { target: { value: "40" } });
  expect((await planned()).labelShare).toBe(0.4);
});
