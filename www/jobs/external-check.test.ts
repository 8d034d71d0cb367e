import { describe, expect, test, vi } from "vitest";
import { coreError, sentence } from "../../tests/page/core-double";
import { settled } from "../../tests/page/surroundings";
import { asked, called, core, opened } from "../../tests/page/visits";
import { message } from "../text/message";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

const SKIPPED = coreError("unsupported-operators", "node “odd” uses Strange");

describe("a cut that our engine can't run", () => {
  test("is checked in ONNX Runtime Web, which runs the masked model and the file to take home", async () => {
    core.fail("check", SKIPPED);
    const session = await opened();
    const { packed } = session.cut;
    if (packed.state !== "ready") throw new Error(packed.state);
    expect(asked("peer.answer")).toEqual([1, packed.value.bytes.length]);
    expect(packed.value).toMatchObject({
      check: { agrees: true, checkedOn: sentence("your photo in another engine") },
      checkSkipped: null,
      report: '{"check": {}}',
      of: session.decisions.recipe,
    });
    // The comparison begins afterwards.
    const names = core.calls.map(([name]) => name);
    expect(names.indexOf("checkExternally")).toBeLessThan(names.indexOf("runner.load"));
    expect(session.comparison.summary).toMatchObject({ state: "ready" });
  });

  test("can be taken home where the check is canceled, and checked later", async () => {
    core.fail("check", SKIPPED);
    const release = core.hold("peer.answer");
    const session = await opened();
    expect(session.cut.packed.state).toBe("ready");
    expect(session.cut.external.work).toMatchObject({ state: "loading" });
    expect(session.comparison.summary.state).toBe("empty");
    session.cut.external.cancel();
    await settled();
    expect(core.calls).toContainEqual(["cancel", "peer"]);
    expect(session.cut.external.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    expect(session.cut.packed).toMatchObject({ value: { check: null, checkSkipped: sentence(SKIPPED.message) } });
    expect(session.comparison.summary).toMatchObject({ state: "ready" });
    release();
    await settled();
    expect(called("checkExternally")).toEqual([]);
    await session.cut.checkExternally();
    expect(session.cut.packed).toMatchObject({ value: { check: { agrees: true } } });
  });

  test("says why where ONNX Runtime Web fails as well", async () => {
    core.fail("check", SKIPPED);
    core.fail("peer.answer", coreError("Error", "no available backend found"));
    const session = await opened();
    expect(session.cut.external.work).toMatchObject({ state: "failed", failure: { message: /no available backend/ } });
    expect(session.cut.packed).toMatchObject({ value: { check: null, checkSkipped: sentence(SKIPPED.message) } });
  });

  test("does not keep the slider waiting, and another cut is checked in its place", async () => {
    core.fail("check", SKIPPED);
    const release = core.hold("peer.answer");
    const session = await opened();
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.4 } });
    await settled();
    expect(session.cut.packed).toMatchObject({ state: "ready", value: { of: { target: { macs: 0.4 } } } });
    release();
    await settled();
    expect(called("checkExternally")).toHaveLength(1);
    expect(session.cut.packed).toMatchObject({ value: { check: { agrees: true }, of: { target: { macs: 0.4 } } } });
  });
});
