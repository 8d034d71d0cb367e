import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../../tests/page/core-double";
import { settled } from "../../../tests/page/surroundings";
import { asked, called, core, opened, visit } from "../../../tests/page/visits";
import { say } from "../../text";
import { FIRST_RECOVERY } from "../../state/decisions/training";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

describe("how models are recovered", () => {
  test("is a decision: it survives a reload and is taken back in one step", async () => {
    const session = await opened();
    session.decideRecovery({ method: "distill" });
    for (const length of [1, 12, 120])
      session.decideRecovery({ wanted: { ...session.decisions.recovery.wanted, length } });
    session.decideRecovery({ search: { schedule: "cubic", rounds: 3, reduced: "time", time: 40 } });
    await settled();
    const again = await visit();
    expect(again.decisions.recovery).toMatchObject({
      method: "distill",
      wanted: { length: 120, unit: "steps" },
      search: { schedule: "cubic", rounds: 3, reduced: "time", time: 40 },
    });
    // The settings are for the model that is open: neither it nor its cut is made again for them.
    expect(called("pack")).toHaveLength(2);
    expect(say(again.history.canUndo!)).toBe("change the recovery settings");
    again.history.undo();
    expect(again.decisions.recovery).toEqual(FIRST_RECOVERY);
    expect(again.model.opened?.title).toBe("Small");
  });

  test("starts recovery by what was chosen, on what the core finds usual for the rest", async () => {
    const session = await opened();
    session.decideRecovery({ method: "distill", seed: 7 });
    expect(session.setup.defaults).toBeNull();
    await settled();
    expect(session.setup.defaults).toMatchObject({ method: "distill" });
    session.decideRecovery({ wanted: { ...session.decisions.recovery.wanted, batch: 16, clip: 2 } });
    await session.setup.recover(session.recoveryInput!);
    expect(asked("recover")).toMatchObject([{ method: "distill", batch: 16, clip: 2, rate: 0.01, seed: 7 }]);
  });

  test("that the core refuses says why until something else is chosen", async () => {
    const session = await opened();
    session.decideRecovery({ method: "finetune" });
    await settled();
    core.fail("plan", coreError("bad-input", "a batch holds 1 picture at least"));
    session.decideRecovery({ wanted: { ...session.decisions.recovery.wanted, batch: 0 } });
    await session.setup.recover(session.recoveryInput!);
    expect(session.setup.failure).toMatchObject({ code: "bad-input" });
    expect(called("recover")).toEqual([]);
    session.decideRecovery({ wanted: { ...session.decisions.recovery.wanted, batch: 8 } });
    expect(session.setup.failure).toBeNull();
  });

  test("says why there are no defaults while a method trains, and no longer where none does", async () => {
    const session = await opened();
    core.fail("plan", coreError("crashed", "The core stopped."));
    session.decideRecovery({ method: "distill" });
    expect(session.setup.failure).toBeNull();
    await settled();
    expect(session.setup.failure).toMatchObject({ code: "crashed" });
    session.decideRecovery({ method: "reconstruct" });
    expect(session.setup.failure).toBeNull();
    core.fail("plan", null);
    session.decideRecovery({ method: "distill" });
    expect([session.setup.failure, session.setup.defaults]).toEqual([null, null]);
    await settled();
    expect(session.setup.failure).toBeNull();
    expect(session.setup.defaults).toMatchObject({ method: "distill" });
  });

  test("asks for the defaults once for each choice", async () => {
    const session = await opened();
    const { length: before } = called("plan");
    session.decideRecovery({ method: "distill" });
    for (const batch of [8, 16]) session.decideRecovery({ wanted: { ...session.decisions.recovery.wanted, batch } });
    void session.setup.defaults;
    await settled();
    void session.setup.defaults;
    expect(called("plan")).toHaveLength(before + 1);
    session.decideRecovery({ wanted: { ...session.decisions.recovery.wanted, optimiser: "adamw" } });
    void session.setup.defaults;
    expect(asked("plan").at(-1)).toMatchObject(["distill", { optimizer: "adamw" }]);
    expect(called("plan")).toHaveLength(before + 2);
  });

  test("a refused preset says why until another stands in its place", async () => {
    const session = await opened();
    core.fail("parsePreset", coreError("bad-preset", "size must be a whole number"));
    await session.presets.decide({ key: "page-preprocessing-step-size", args: {} }, '{"size": 0.5}');
    expect(session.presets.refusal).toMatchObject({ code: "bad-preset" });
    core.fail("parsePreset", null);
    await session.openModel({ kind: "gallery", id: "small", sizes: { N: 2 } });
    await settled();
    expect(session.presets.refusal).toBeNull();
  });
});
