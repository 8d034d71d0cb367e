/** A share as percentage points, without the dust of binary fractions: 0.07 → 7. */
export const pointsOf = (share: number): number => Number((100 * share).toFixed(1));
