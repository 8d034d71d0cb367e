/** The benchmark's rows, and how times get into them: everything compared runs in turns, so that a slow moment affects all alike. */
import { timing, type Timing } from "../../www/pkg/secateur";

export interface Row {
  name: string;
  ours: Timing;
  /** The peer that ours is compared with, if any. */
  peer: Peer | null;
}

export interface Peer extends Timing {
  name: string;
}

/** Something that takes time. */
export type Work = () => unknown;

/** The first rounds warm up the compilers and are not counted. */
const WARM_UP = 2;

export async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} is not served: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function milliseconds(work: Work): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs each of these in turn, round after round, and returns the times of each. Work `between` two rounds is not counted. */
export async function inTurn<const Contenders extends readonly Work[]>(
  rounds: number,
  contenders: Contenders,
  between: Work = () => undefined,
): Promise<{ [Place in keyof Contenders]: Timing }> {
  const times = contenders.map(() => [] as number[]);
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [place, work] of contenders.entries()) {
      const spent = await milliseconds(work);
      if (round >= 0) times[place]!.push(spent);
    }
    await between();
  }
  return times.map((all) => timing(Float64Array.from(all))) as { [Place in keyof Contenders]: Timing };
}
