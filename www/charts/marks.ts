/** What the points of a plot look like: a shape for each method of recovery, so that no colours have to be told apart. */
import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
  type SymbolType,
} from "d3";
import type { Method } from "../core/protocol";

/** Cut alone, recovered by a method, or by several one after the other. */
export type Mark = "cut" | Method | "in-turn";

const SHAPES: Record<Mark, SymbolType> = {
  cut: symbolCircle,
  finetune: symbolSquare,
  distill: symbolTriangle,
  reconstruct: symbolDiamond,
  "correct-bias": symbolCross,
  recalibrate: symbolStar,
  "in-turn": symbolWye,
};

/** Square pixels. */
const AREA = 64;
/** Of those with a hole, which takes some of it. */
const WIDE_AREA = 100;
const HOLE = "M2.6 0A2.6 2.6 0 1 0 -2.6 0A2.6 2.6 0 1 0 2.6 0Z";

/** The outline around the point, to be filled by the even-odd rule; those made in rounds have a hole. */
export function outlineOf(mark: Mark, inRounds: boolean): string {
  const shape = symbol(SHAPES[mark], inRounds ? WIDE_AREA : AREA)()!;
  return inRounds ? shape + HOLE : shape;
}
