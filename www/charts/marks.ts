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
/** Of those made in rounds, in which a dot takes some of it. */
const WIDE_AREA = 100;

/** The outline around the point. */
export function outlineOf(mark: Mark, inRounds: boolean): string {
  return symbol(SHAPES[mark], inRounds ? WIDE_AREA : AREA)()!;
}
