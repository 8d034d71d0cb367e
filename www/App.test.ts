import { fireEvent, screen, within } from "@testing-library/svelte";
import { describe, expect, test, vi } from "vitest";
import { coreError } from "../tests/page/core-double";
import { cut, drop, openSmall, panel, show } from "../tests/page/shown";
import { file, settled, surround } from "../tests/page/surroundings";
import { core } from "../tests/page/visits";

vi.mock("./data/photo", () => import("../tests/page/photo"));

describe("the page", () => {
  test("says what it is, and what to do in every empty panel", async () => {
    await show();
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Secateur");
    expect(panel("Cut").getByText(/Open a model/)).toBeTruthy();
    expect(panel("Network").getByText(/Open a model/)).toBeTruthy();
    expect(panel("Compare").getByText(/Open a model/)).toBeTruthy();
    expect(panel("Export").getByText(/Open a model/)).toBeTruthy();
    expect(panel("Preprocessing").getByText(/Open a model/)).toBeTruthy();
  });

  test("shows what is under way while a model is read, with a way to cancel", async () => {
    const release = core.hold("open");
    await show();
    await openSmall();
    expect(panel("Model").getByRole("progressbar", { name: /Reading Small/ })).toBeTruthy();
    panel("Model").getByRole("button", { name: "Cancel" }).click();
    expect(core.calls.at(-1)).toEqual(["cancel", "cutter"]);
    release();
  });

  test("shows numbers, the check and the sizes of what there is to take", async () => {
    await show();
    await openSmall();
    expect(panel("Cut").getByRole("row", { name: /Multiply-adds 50.0\sk 50.0\sk ±0\s%/ })).toBeTruthy();
    expect(panel("Cut").getByText(/Nothing is cut yet/)).toBeTruthy();
    await cut(30);
    expect(panel("Cut").queryByText(/Nothing is cut yet/)).toBeNull();
    expect(panel("Cut").getByRole("row", { name: /Multiply-adds 50.0\sk 35.0\sk −30\s%/ })).toBeTruthy();
    expect(screen.getByTestId("check").textContent).toMatch(
      /the smaller file gives the same answers.*3\.0e-6 on your photo/s,
    );
    expect(panel("Export").getByRole("link", { name: "Download ONNX 2.94\u00a0kB" })).toBeTruthy();
    expect(panel("Compare").getByText("✓ Same prediction")).toBeTruthy();
  });

  test("a failing model is explained in the core's words, and the one before it stays", async () => {
    await show();
    await openSmall();
    core.fail("open", coreError("not-onnx", "“cat.onnx” is a JPEG picture, not an ONNX model."));
    drop(file("cat.onnx"));
    await settled();
    expect(panel("Model").getByRole("alert").textContent).toMatch(/JPEG picture.*Small is still open/s);
    expect(panel("Cut").getByRole("slider")).toBeTruthy();
  });

  test("a model with open sizes is asked about", async () => {
    await show();
    core.fail("open", coreError("open-dimensions", "This model leaves “height” open.", { names: ["height"] }));
    drop(file("any.onnx"));
    await settled();
    expect(panel("Model").getByRole("spinbutton", { name: "height" })).toBeTruthy();
  });

  test("an impossible recipe is explained, and the slider stays", async () => {
    await show();
    core.fail("preview", coreError("bad-recipe", "No cut of channels reaches that."));
    await openSmall();
    expect(panel("Cut").getByRole("alert").textContent).toMatch(/No cut of channels/);
    expect(panel("Cut").getByRole("slider")).toBeTruthy();
  });

  test("offers the criteria that the core tells of, and asks again where that failed", async () => {
    core.fail("criteria", coreError("crashed", "The core stopped."));
    await show();
    await openSmall();
    expect(panel("Cut").getByRole("alert").textContent).toMatch(/The core stopped/);
    core.fail("criteria", null);
    panel("Cut").getByRole("button", { name: "Try again" }).click();
    await settled();
    const offered = within(panel("Cut").getByLabelText("Pruning criterion")).getAllByRole("option");
    const told = await core.cutter.criteria();
    expect(offered.map((option) => (option as HTMLOptionElement).value)).toEqual(told.map(({ name }) => name));
    expect(panel("Cut").getByText(/^Removes the smallest weights first, by their length/)).toBeTruthy();
    expect(offered.map((option) => option.textContent)).toContain("Wanda (uses photos)");
  });

  test("says what a cut does not bring: of zeros that they save no time, of any cut that answers suffer", async () => {
    await show();
    await openSmall();
    const ofZeros = () => panel("Cut").queryByText(/Scattered zeros save storage, not time/);
    const ofAnswers = () => panel("Cut").queryByText(/Accuracy often drops sharply right after pruning/);
    expect(ofZeros()).toBeNull();
    expect(ofAnswers()).toBeTruthy();
    for (const granularity of ["Weights", "N:M", "Blocks"]) {
      await fireEvent.click(panel("Cut").getByRole("radio", { name: granularity }));
      await settled();
      expect(ofZeros()).toBeTruthy();
      expect(ofAnswers()).toBeTruthy();
    }
    await fireEvent.click(panel("Cut").getByRole("radio", { name: "Channels" }));
    await settled();
    expect(ofZeros()).toBeNull();
  });

  test("failed packing offers another try", async () => {
    await show();
    core.fail("pack", coreError("too-large", "There is not enough memory."));
    await openSmall();
    expect(panel("Compare").getByText(/no pruned file to compare/)).toBeTruthy();
    expect(panel("Export").getByText(/no pruned model to download/)).toBeTruthy();
    core.fail("pack", null);
    panel("Cut").getByRole("button", { name: "Try again" }).click();
    await settled();
    expect(screen.getByTestId("check")).toBeTruthy();
  });

  test("a failed comparison offers another try", async () => {
    await show();
    for (const call of ["runner.load", "peer.load"]) core.fail(call, coreError("crashed", "It stopped unexpectedly."));
    await openSmall();
    expect(panel("Compare").getByRole("alert").textContent).toMatch(/stopped unexpectedly/);
    for (const call of ["runner.load", "peer.load"]) core.fail(call, null);
    panel("Compare").getByRole("button", { name: "Compare again" }).click();
    await settled();
    expect(panel("Compare").getByText("✓ Same prediction")).toBeTruthy();
  });

  test("a model of the gallery that was trained here leads to the log of that", async () => {
    await show();
    const log = panel("Model").getByRole("link", { name: "Download the training log" }) as HTMLAnchorElement;
    expect(log.href).toBe(new URL("gallery/small.log.json", document.baseURI).href);
    expect(log.download).toBe("small.log.json");
  });

  test("the gallery that can't be fetched says so and can be tried again", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    await show();
    expect(panel("Model").getByRole("alert").textContent).toMatch(/can't download “gallery.json”/);
    surround();
    panel("Model").getByRole("button", { name: "Try again" }).click();
    await settled();
    expect(screen.getByRole("button", { name: "Open (8\u00a0B)" })).toBeTruthy();
  });

  test("Ctrl+Z takes back, Ctrl+Shift+Z does again", async () => {
    await show();
    await openSmall();
    panel("Cut").getByRole("radio", { name: "Weights" }).click();
    await settled();
    const press = (shiftKey: boolean) =>
      window.dispatchEvent(new KeyboardEvent("keydown", { key: shiftKey ? "Z" : "z", ctrlKey: true, shiftKey }));
    press(false);
    await settled();
    expect(panel("Cut").getByRole<HTMLInputElement>("radio", { name: "Channels" }).checked).toBe(true);
    press(true);
    await settled();
    expect(panel("Cut").getByRole<HTMLInputElement>("radio", { name: "Weights" }).checked).toBe(true);
  });
});
