/** What the points of a plot look like: a shape for each method of recovery, so that no colors have to be told apart. */
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
import type { Method } from "../../core/protocol";

/** Pruned only, recovered by one method, or by several in turn. */
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
/** The same for models made in rounds, where a dot covers part of the area. */
const WIDE_AREA = 100;

/** The outline around the point. */
export function outlineOf(mark: Mark, inRounds: boolean): string {
  return symbol(SHAPES[mark], inRounds ? WIDE_AREA : AREA)()!;
}
