import { expect, test } from "vitest";
import { coreError } from "../../../tests/page/core-double";
import { asked, core, opened, visit } from "../../../tests/page/visits";
import type { TrainingItem } from "../../data/sets/training-item";
import type { Attempt } from "./attempts";
import type { Sensitivity } from "./sensitivity";
import type { SweepCurve } from "./sweeps";

const PHOTO: TrainingItem = {
  name: "a photo",
  folder: null,
  pixels: () => Promise.resolve({ data: new Uint8ClampedArray(4), width: 1, height: 1 }),
};

/** As an earlier version of the page kept it. */
function without<Value extends object>(value: Value, ...fields: string[]): Value {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field))) as Value;
}

/** The same for every quality in it. */
function unscored<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value, (field, part: unknown) => (field === "score" ? undefined : part))) as Value;
}

/** A visit that leaves a recovered model, a curve of cuts and every layer's, all as an earlier version kept them. */
async function leftByAnEarlierVersion() {
  const session = await opened();
  const plan = await core.learner.plan("reconstruct", session.preset!);
  await session.recovery.recover(session.recoveryInput!, [PHOTO], plan);
  await session.sweep.run(session.subject!, [PHOTO]);
  await session.sensitivity.run(session.subject!, [PHOTO]);
  const { storage, results, sweeps, sensitivities } = session;
  const known = { attempts: results.attempts, sweeps: sweeps.all, sensitivities: sensitivities.all };
  // The list of models is joined with what is kept: an earlier version's has no such field at all.
  await storage.saveAttempts(known.attempts.map((attempt): Attempt => unscored(without(attempt, "left"))));
  await storage.save<readonly SweepCurve[]>(
    "sweeps",
    known.sweeps.map((sweep) => unscored({ ...sweep, points: sweep.points.map((point) => without(point, "left")) })),
  );
  await storage.save<readonly Sensitivity[]>(
    "sensitivities",
    known.sensitivities.map((each) =>
      unscored({
        ...each,
        curves: {
          ...each.curves,
          curves: each.curves.curves.map((curve) => ({
            ...curve,
            points: curve.points.map((point) => without(point, "lost")),
          })),
        },
      }),
    ),
  );
  return known;
}

test("what an earlier version kept is completed by the core", async () => {
  const known = await leftByAnEarlierVersion();
  expect(known.attempts).toHaveLength(1);
  expect(known.attempts[0]!.left).toMatchObject({ macs: 1 });
  expect(asked("retainedOf")).toEqual([]);

  const { results, sweeps, sensitivities } = await visit();
  expect(results.attempts).toEqual(known.attempts);
  expect(sweeps.all).toEqual(known.sweeps);
  expect(sensitivities.all).toEqual(known.sensitivities);
});

test("what is whole is not asked for", async () => {
  const session = await opened();
  await session.sweep.run(session.subject!, [PHOTO]);
  await session.sensitivity.run(session.subject!, [PHOTO]);
  const again = await visit();
  expect(again.sweeps.all).toHaveLength(1);
  expect(again.sensitivities.all).toHaveLength(1);
  expect([...asked("retainedOf"), ...asked("withLosses"), ...asked("withScores")]).toEqual([]);
});

test("where the core gives no answer, what was kept is shown without", async () => {
  const known = await leftByAnEarlierVersion();
  for (const name of ["retainedOf", "withLosses", "withScores"]) core.fail(name, coreError("crashed", "It stopped."));
  const { results, sweeps, sensitivities } = await visit();
  expect(results.attempts).toEqual(known.attempts.map((attempt) => ({ ...unscored(attempt), left: null })));
  expect(sweeps.all[0]!.points).toHaveLength(known.sweeps[0]!.points.length);
  expect(sensitivities.all).toHaveLength(1);
});
