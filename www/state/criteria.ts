/** Criteria that look at photos: the core has to measure them before a recipe can use them. */

const LOOKING = new Set(["wanda", "taylor", "fisher", "apoz", "snip", "movement"]);

export function looksAtPhotos(criterion: string | undefined): boolean {
  return criterion !== undefined && LOOKING.has(criterion);
}
