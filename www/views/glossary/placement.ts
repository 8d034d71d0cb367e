/** Where a small card goes beside what it explains. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
type Size = Pick<Box, "width" | "height">;

/** Pixels between the card and the term, and between the card and the window's edges. */
const GAP = 8;

/**
 * The card's top left corner in the window, in pixels: below the term, or above it where only that has room, and never
 * beyond the window's edges.
 */
export function beside(term: Box, card: Size, view: Size): Pick<Box, "left" | "top"> {
  const below = term.top + term.height + GAP;
  const above = term.top - GAP - card.height;
  const top = below + card.height + GAP > view.height && above >= GAP ? above : below;
  return {
    left: within(term.left, card.width, view.width),
    top: within(top, card.height, view.height),
  };
}

function within(start: number, length: number, room: number): number {
  return Math.max(GAP, Math.min(start, room - GAP - length));
}
