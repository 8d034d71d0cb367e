/**
 * Models and curves that an earlier version of the page kept lack what the core tells of them now: it is asked for. Where
 * it gives no answer, they are shown without.
 */
import type { Cutter, Metrics } from "../../core/protocol";
import type { Attempt } from "./attempts";
import type { Sensitivity } from "./sensitivity";
import type { SweepCurve } from "./sweeps";

type Teller = Pick<Cutter, "retainedOf" | "withLosses" | "withScores">;

export function completedAttempts(cutter: Teller, attempts: readonly Attempt[]): Promise<readonly Attempt[]> {
  return eachCompleted(attempts, async (attempt) => {
    const { before, totals, left, test, original, cut, quality } = attempt;
    return {
      ...attempt,
      original: await scored(cutter, original),
      cut: await scored(cutter, cut),
      quality: await scored(cutter, quality),
      test: test && {
        original: await scored(cutter, test.original),
        quality: await scored(cutter, test.quality),
        ...(test.before && { before: await scored(cutter, test.before) }),
      },
      left: left ?? (await cutter.retainedOf(before, totals)),
    };
  });
}

export function completedSweeps(cutter: Teller, sweeps: readonly SweepCurve[]): Promise<readonly SweepCurve[]> {
  return eachCompleted(sweeps, async (sweep) => ({
    ...sweep,
    original: await scored(cutter, sweep.original),
    points: await eachCompleted(sweep.points, async (point) => ({
      ...point,
      quality: await scored(cutter, point.quality),
      left: point.left ?? (await cutter.retainedOf(sweep.before, point.totals)),
    })),
  }));
}

export function completedSensitivities(cutter: Teller, all: readonly Sensitivity[]): Promise<readonly Sensitivity[]> {
  return eachCompleted(all, async (each) => {
    const points = each.curves.curves.flatMap((curve) => curve.points);
    const isTold = points.every(({ lost, quality }) => lost !== undefined && quality.score);
    return isTold ? each : { ...each, curves: await cutter.withLosses(each.curves) };
  });
}

async function scored(cutter: Teller, quality: Metrics): Promise<Metrics> {
  if (quality.score) return quality;
  const [told] = await cutter.withScores([quality]);
  return told ?? quality;
}

function eachCompleted<One>(all: readonly One[], complete: (one: One) => Promise<One>): Promise<readonly One[]> {
  return Promise.all(all.map((one) => complete(one).catch(() => one)));
}
