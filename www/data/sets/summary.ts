/** What training data holds, counted, and what may be wrong with it. */
import { text } from "../../text";
import { areLabeled, isStack, type TrainingItem } from "./training-item";

export interface ClassCount {
  readonly name: string;
  readonly count: number;
}

export interface Summary {
  /** Photos for training and validation, and photos only for testing. */
  readonly pictures: number;
  readonly toTest: number;
  /** The classes of the training photos, in the order of the preset or the alphabet; empty without labels. */
  readonly classes: readonly ClassCount[];
  readonly warnings: readonly string[];
}

/** A class with less than this share of the largest class's photos is hardly learned. */
const UNEVEN = 0.2;
/** Fewer photos are too few for measurements. */
const FEW = 24;

/** `classes`: the preset's class names, in the order of their numbers. */
export function summarize(items: readonly TrainingItem[], classes: readonly string[] | undefined): Summary {
  const counts = new Map<string, number>();
  let [pictures, toTest] = [0, 0];
  const labeled = areLabeled(items);
  const count = (name: string, number = 1) => counts.set(name, (counts.get(name) ?? 0) + number);
  for (const item of items) {
    const number = isStack(item) ? item.count : 1;
    if (item.toTest) toTest += number;
    else pictures += number;
    if (item.toTest || !labeled) continue;
    if (!isStack(item)) count(item.folder!);
    else
      for (const label of item.labels ?? [])
        count(classes?.[label] ?? text("page-data-class-unnamed", { number: label }));
  }
  const named = [...counts].map(([name, number]) => ({ name, count: number })).sort(inOrder(classes));
  return { pictures, toTest, classes: named, warnings: warningsOf(items, labeled, pictures, named) };
}

function warningsOf(
  items: readonly TrainingItem[],
  labeled: boolean,
  pictures: number,
  classes: readonly ClassCount[],
): string[] {
  const warnings: string[] = [];
  const isHalf = !labeled && items.some((item) => isStack(item) || item.folder !== null);
  if (isHalf) {
    warnings.push(text("page-data-warning-half-labeled"));
  }
  if (pictures > 0 && pictures < FEW) {
    warnings.push(text("page-data-warning-few", { photos: pictures }));
  }
  const [only] = classes;
  if (classes.length === 1) {
    warnings.push(text("page-data-warning-one-class", { class: only!.name }));
  }
  const most = Math.max(...classes.map(({ count }) => count));
  const rare = classes.filter(({ count }) => count < UNEVEN * most);
  if (rare.length > 0) {
    const few = rare.map(({ name, count }) => text("page-data-warning-uneven-class", { name, photos: count }));
    warnings.push(text("page-data-warning-uneven", { most, classes: few }));
  }
  return warnings;
}

function inOrder(classes: readonly string[] | undefined): (a: ClassCount, b: ClassCount) => number {
  const place = ({ name }: ClassCount) => {
    const found = classes?.indexOf(name) ?? -1;
    return found < 0 ? Number.MAX_SAFE_INTEGER : found;
  };
  return (a, b) => place(a) - place(b) || a.name.localeCompare(b.name, "en", { numeric: true });
}
