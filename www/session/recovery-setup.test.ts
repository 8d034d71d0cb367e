import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { settled } from "../../tests/page/surroundings";
import { asked, called, core, opened, visit } from "../../tests/page/visits";
import { say } from "../text";
import { FIRST_RECOVERY } from "../state/decisions/training";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

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
    expect(say(again.canUndo!)).toBe("change the recovery settings");
    again.undo();
    expect(again.decisions.recovery).toEqual(FIRST_RECOVERY);
    expect(again.model.opened?.title).toBe("Small");
  });

  test("starts recovery by what was chosen, on what the core finds usual for the rest", async () => {
    const session = await opened();
    session.decideRecovery({ method: "distill", seed: 7 });
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

  test("a refused preset says why until another stands in its place", async () => {
    const session = await opened();
    core.fail("parsePreset", coreError("bad-preset", "size must be a whole number"));
    await session.decidePreset({ key: "page-preprocessing-step-size", args: {} }, '{"size": 0.5}');
    expect(session.presetRefusal).toMatchObject({ code: "bad-preset" });
    core.fail("parsePreset", null);
    await session.openModel({ kind: "gallery", id: "small", sizes: { N: 2 } });
    await settled();
    expect(session.presetRefusal).toBeNull();
  });
});
