/**
 * Models and curves that an earlier version of the page kept lack what the core tells of them now: it is asked for. Where
 * it gives no answer, they are shown without.
 */
import type { Cutter } from "../core/protocol";
import type { Attempt } from "../state/attempts";
import type { Sensitivity } from "../state/sensitivity";
import type { SweepCurve } from "../state/sweeps";

type Teller = Pick<Cutter, "remainder" | "withLosses">;

export function completedAttempts(cutter: Teller, attempts: readonly Attempt[]): Promise<readonly Attempt[]> {
  return eachCompleted(attempts, async (attempt) => ({
    ...attempt,
    left: attempt.left ?? (await cutter.remainder(attempt.before, attempt.totals)),
  }));
}

export function completedSweeps(cutter: Teller, sweeps: readonly SweepCurve[]): Promise<readonly SweepCurve[]> {
  return eachCompleted(sweeps, async (sweep) => ({
    ...sweep,
    points: await eachCompleted(sweep.points, async (point) => ({
      ...point,
      left: point.left ?? (await cutter.remainder(sweep.before, point.totals)),
    })),
  }));
}

export function completedSensitivities(cutter: Teller, all: readonly Sensitivity[]): Promise<readonly Sensitivity[]> {
  return eachCompleted(all, async (each) => {
    const points = each.curves.curves.flatMap((curve) => curve.points);
    const isTold = points.every(({ lost }) => lost !== undefined);
    return isTold ? each : { ...each, curves: await cutter.withLosses(each.curves) };
  });
}

function eachCompleted<One>(all: readonly One[], complete: (one: One) => Promise<One>): Promise<readonly One[]> {
  return Promise.all(all.map((one) => complete(one).catch(() => one)));
}
