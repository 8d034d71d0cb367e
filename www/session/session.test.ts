import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { file, settled, surround } from "../../tests/page/surroundings";
import { called, core, visit } from "../../tests/page/visits";
import { fragmentOf } from "../state/decisions/link";
import { message } from "../text/message";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

describe("a session", () => {
  test("opens, cuts, checks on the photo and compares without being asked again", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();

    expect(session.model.opened?.title).toBe("Small");
    expect(session.cut.packed.state).toBe("ready");
    expect(called("pack")).toEqual([["pack", expect.objectContaining({ width: 1 })]]);
    expect(session.comparison.summary).toMatchObject({ state: "ready", value: { photos: 1, speedup: 1.4 } });
  });

  test("layers that a link names are those of the model that opens first, and of no other", async () => {
    const session = await visit();
    const recipe = JSON.stringify({ allocation: "manual", layers: { stem: 0.25, elsewhere: 0.5 } });
    await session.intake.openLink(`#recipe=${encodeURIComponent(recipe)}`);
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    expect(session.recipe).toMatchObject({ allocation: "manual", layers: { stem: 0.25 } });

    await session.intake.openFile(file("other.onnx", ""));
    await settled();
    expect(session.recipe.layers).toBeUndefined();
    expect(session.recipe).toMatchObject({ target: { macs: 1 } });
    expect(session.recipe.allocation).not.toBe("manual");
  });

  test("re-packing that is canceled says so, and the next decision packs again", async () => {
    const session = await visit();
    core.fail("pack", coreError("canceled", "Canceled."));
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    session.cut.cancel();
    await settled();
    expect(core.calls).toContainEqual(["cancel", "cutter"]);
    expect(session.cut.packed).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    core.fail("pack", null);
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.5 } });
    await settled();
    expect(session.cut.packed).toMatchObject({ state: "ready", value: { of: { target: { macs: 0.5 } } } });
  });

  test("what our engine can't run after all, ONNX Runtime Web runs, and the reason is there", async () => {
    core.fail("runner.load", coreError("bad-model", "node “odd” (Conv) has a border that is not known here"));
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();

    expect(session.comparison.instead?.message).toContain("“odd”");
    expect(session.comparison.summary).toMatchObject({ state: "ready", value: { photos: 1 } });
    expect(called("peer.run").map(([, which]) => which)).toEqual(["original", "pruned"]);
    expect(called("runner.run")).toEqual([]);

    core.fail("runner.load", null);
    await session.intake.openFile(file("mine.onnx"));
    await settled();
    expect(session.comparison.instead).toBeNull();
    expect(called("runner.run")).not.toEqual([]);
  });

  test("a model that neither engine runs says why of both", async () => {
    core.fail("runner.load", coreError("bad-model", "ours"));
    core.fail("peer.load", coreError("Error", "theirs"));
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    expect(session.comparison.instead?.message).toBe("ours");
    expect(session.comparison.summary).toMatchObject({ state: "failed", failure: { message: "theirs" } });
  });

  test("a model and the files that hold its data, dropped together, are opened as one", async () => {
    const session = await visit();
    await session.intake.takeFiles([file("mine.onnx_data", "", [2, 3]), file("mine.onnx")]);
    await settled();
    expect(called("embedData")).toEqual([["embedData", ["mine.onnx_data"]]]);
    expect(session.model.opened?.title).toBe("mine.onnx");
    expect(session.model.opened?.bytes).toEqual(new Uint8Array([1, 2, 3]));

    core.fail("embedData", coreError("bad-model", "other.bin is not there"));
    await session.intake.takeFiles([file("mine.onnx"), file("wrong.bin")]);
    await settled();
    expect(session.model.attempt).toMatchObject({ state: "failed", failure: { message: "other.bin is not there" } });
    core.fail("embedData", null);

    await session.intake.openFile(file("whole.onnx"));
    await settled();
    expect(called("embedData")).toHaveLength(2);
  });

  test("a model that fails leaves the one before it open", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    core.fail("open", coreError("not-onnx", "This is a JPEG picture, not an ONNX model."));
    await session.intake.openFile(file("cat.onnx"));
    await settled();

    expect(session.model.attempt).toMatchObject({
      state: "failed",
      failure: { message: expect.stringContaining("JPEG") },
    });
    expect(session.model.opened?.title).toBe("Small");
    expect(session.decisions.model).toMatchObject({ kind: "gallery" });
  });

  test("a new model is never compared with the cut of the one before it", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    const loads = called("runner.load").length;
    const release = core.hold("preview");
    await session.intake.openFile(file("mine.onnx"));
    await settled();
    expect(session.cut.packed.state).toBe("empty");
    expect(called("runner.load")).toHaveLength(loads);
    release();
    await settled();
    expect(session.cut.packed.state).toBe("ready");
    expect(called("runner.load")).toHaveLength(loads + 2);
  });

  test("what was re-packed of the model before is not taken for the new one's cut", async () => {
    const session = await visit();
    const release = core.hold("pack");
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    await session.intake.openFile(file("mine.onnx"));
    await settled();
    expect(session.cut.packed.state).toBe("empty");
    core.fail("pack", coreError("bad-recipe", "nothing has been cut yet"));
    const states: string[] = [];
    vi.spyOn(core.cutter, "preview").mockImplementationOnce((recipe) => {
      states.push(session.cut.packed.state);
      core.fail("pack", null);
      return core.cutter.preview(recipe);
    });
    release();
    await settled();
    expect(states).toEqual(["empty"]);
    expect(session.cut.packed.state).toBe("ready");
  });

  test("a slider that is let go where it was re-packs what was not re-packed yet, and once", async () => {
    const session = await visit();
    const release = core.hold("preview");
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    const letGo = () => {
      const { target } = session.recipe;
      session.tryRecipe({ target });
      session.decideRecipe(message("page-cut-step-target"), { target });
    };
    letGo();
    release();
    await settled();
    expect(session.cut.packed.state).toBe("ready");
    letGo();
    await settled();
    expect(called("pack")).toHaveLength(1);
  });

  test("asks for the sizes that a model leaves open", async () => {
    const session = await visit();
    core.fail("open", coreError("open-dimensions", "Please give numbers.", { names: ["height", "width"] }));
    await session.intake.openFile(file("any.onnx"));
    expect(session.model.question?.axes).toEqual(["height", "width"]);

    core.fail("open", null);
    await session.answerSizes({ height: 32, width: 48 });
    expect(session.model.question).toBeNull();
    expect(session.decisions.model).toMatchObject({ name: "any.onnx", sizes: { height: 32, width: 48 } });
  });

  test("while the slider moves nothing is packed and nothing is recorded", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    const steps = session.history.steps.past.length;
    for (const macs of [0.6, 0.5, 0.4]) session.tryRecipe({ target: { macs } });
    await settled();
    expect(called("pack")).toHaveLength(1);
    expect(session.history.steps.past).toHaveLength(steps);
    expect(session.recipe.target).toEqual({ macs: 0.4 });

    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.4 } });
    await settled();
    expect(called("pack")).toHaveLength(2);
    expect(session.history.steps.past).toHaveLength(steps + 1);
  });

  test("previews that pile up are skipped, all but the newest", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    const before = called("preview").length;
    const release = core.hold("preview");
    for (const macs of [0.9, 0.8, 0.7, 0.6, 0.5]) session.tryRecipe({ target: { macs } });
    release();
    await settled();
    const asked = called("preview")
      .slice(before)
      .map(([, recipe]) => (recipe as { target: { macs: number } }).target.macs);
    expect(asked).toEqual([0.9, 0.5]);
  });

  test("an impossible recipe says why, and the next one works", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    core.fail("preview", coreError("bad-recipe", "No cut reaches 1 % of the multiply-adds."));
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.01 } });
    await settled();
    expect(session.cut.failure?.message).toContain("No cut reaches");

    core.fail("preview", null);
    session.history.undo();
    await settled();
    expect(session.cut.failure).toBeNull();
    expect(session.cut.packed.state).toBe("ready");
  });

  test("by hand starts from what the cut does, layer by layer, and leaves out what can't be cut", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    expect(session.pruning.shares).toEqual({ stem: 0.25 });
    session.decideRecipe(message("page-cut-step-granularity"), { granularity: "weight" });
    expect(session.pruning.shares).toEqual({ stem: 0.25, head: 0.25 });
  });

  test("undo takes back and redo brings again, and the cut follows", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.5 } });
    await settled();
    session.history.undo();
    await settled();
    expect(session.cut.preview?.after.macs).toBe(50_000);
    session.history.redo();
    await settled();
    expect(session.cut.preview?.after.macs).toBe(25_000);
  });

  test("undoing a dropped model opens the one before it again", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await session.intake.openFile(file("mine.onnx"));
    session.history.undo();
    await settled();
    expect(session.model.opened?.title).toBe("Small");
  });

  test("everything is there again after a reload", async () => {
    const before = await visit();
    await before.intake.openFile(file("mine.onnx"));
    await before.intake.takeFiles([file("me.jpg", "image/jpeg")]);
    before.decideRecipe(message("page-cut-step-target"), { target: { parameters: 0.6 } });
    await settled();

    const after = await visit();
    expect(after.decisions).toEqual(before.decisions);
    expect(after.model.opened?.title).toBe("mine.onnx");
    expect(after.photos.all.map((photo) => photo.pixels.state)).toEqual(["ready", "ready"]);
    expect(after.history.canUndo).toEqual(message("page-cut-step-target"));
  });

  test("a first visit without the gallery has its sample photos once the gallery is there, with any model opened meanwhile", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    const session = await visit();
    expect(session.gallery.state).toBe("failed");
    await session.intake.openFile(file("own.onnx"));
    await settled();
    surround();
    await session.loadGalleryAgain();
    await settled();
    const samples = [{ kind: "sample", id: "boats" }];
    expect(session.decisions).toMatchObject({ photos: samples, model: { name: "own.onnx" } });
    expect(session.photos.all.map(({ pixels }) => pixels.state)).toEqual(["ready"]);
    expect(session.comparison.summary.state).toBe("ready");
    session.history.undo();
    expect(session.decisions).toMatchObject({ photos: samples, model: null });
  });

  test("sample photos that were picked before the gallery failed are fetched once it is there", async () => {
    await visit();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    const again = await visit();
    expect(again.photos.all.map(({ pixels }) => pixels.state)).toEqual(["failed"]);
    const database = indexedDB;
    surround();
    vi.stubGlobal("indexedDB", database);
    await again.loadGalleryAgain();
    await settled();
    expect(again.photos.all.map(({ pixels }) => pixels.state)).toEqual(["ready"]);
  });

  test("without the gallery, photos that the visitor took away stay away once it is there", async () => {
    await visit();
    const first = await visit();
    first.decide(message("page-compare-step-add-photos"), { photos: [] });
    await settled();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    const again = await visit();
    const database = indexedDB;
    surround();
    vi.stubGlobal("indexedDB", database);
    await again.loadGalleryAgain();
    expect(again.decisions.photos).toEqual([]);
  });

  test("a photo that can't be read is named, and the others are compared", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await session.intake.takeFiles([file("broken.jpg", "image/jpeg", [0])]);
    await settled();
    expect(session.photos.all.at(-1)!.pixels).toMatchObject({
      state: "failed",
      failure: { message: expect.stringContaining("broken.jpg") },
    });
    expect(session.comparison.summary).toMatchObject({ state: "ready", value: { photos: 1 } });
  });

  test("one photo that the model can't take leaves the others compared", async () => {
    const session = await visit();
    core.fail("prepare", coreError("bad-input", "The photo is 1 × 1."));
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    expect([...session.comparison.failures.values()].map((failure) => failure.message)).toEqual([
      "The photo is 1 × 1.",
    ]);
  });

  test("ONNX Runtime Web is asked only when the switch is on", async () => {
    const session = await visit();
    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    expect(called("peer.load")).toEqual([]);
    session.decide(message("page-compare-step-peer"), { peer: true });
    await settled();
    expect(called("peer.load").map(([, which]) => which)).toEqual(["original", "pruned"]);
    expect([...session.comparison.results.values()][0]?.peer?.prunedDifference.maxAbsolute).toBe(2e-6);
  });

  test("a link opens its model and applies its recipe", async () => {
    const session = await visit(fragmentOf({ target: { macs: 0.4 } }, "small"));
    expect(session.model.opened?.title).toBe("Small");
    expect(session.cut.preview?.after.macs).toBe(20_000);
  });

  test("a recipe that the core refuses is refused with its words, and nothing changes", async () => {
    const session = await visit();
    const before = session.decisions;
    core.fail("parseRecipe", coreError("bad-recipe", "unknown field “targt”"));
    expect(await session.intake.applyRecipe('{"targt": 1}', message("page-notice-source-text"))).toBe(false);
    expect(session.decisions).toBe(before);
    expect(session.notices.all.at(-1)).toMatchObject({ kind: "trouble", text: expect.stringContaining("targt") });
  });

  test("a worker that was started again is told", async () => {
    const session = await visit();
    core.restart("cutter", "It stopped unexpectedly.");
    expect(session.notices.all.at(-1)?.text).toBe("It stopped unexpectedly.");
  });
});
