/** What can be learned from, whatever it came from. */
import type { PictureStack, Pixels } from "../../core/protocol";
import type { Origin } from "../../state/origin";

/** A photo: at hand, or a file that is read when its turn comes. */
export interface PhotoLesson {
  readonly name: string;
  /** The folder that is its class. */
  readonly folder: string | null;
  /** Whether it was published to test on, so that nothing is to be learned from it or chosen by it. */
  readonly toTest?: boolean;
  /** Its id among the photos of the comparison, if it is one of those. */
  readonly compared?: string;
  pixels(): Promise<Pixels>;
}

/** Many small pictures of one size. */
export interface StackLesson {
  readonly name: string;
  readonly toTest: boolean;
  /** Whether the gallery's model for it was trained on it. */
  readonly taught?: boolean;
  readonly count: number;
  /** The class of each picture, where that is known already. */
  readonly labels: Uint8Array | null;
  /** Fetches them when they are first needed; `onShare` is told how far that is. */
  stack(onShare: (share: number | null) => void): Promise<PictureStack>;
}

export type Lesson = PhotoLesson | StackLesson;

export const isStack = (lesson: Lesson): lesson is StackLesson => "stack" in lesson;

/** Half-labelled photos count as photos without labels. */
export function areLabelled(lessons: readonly Lesson[]): boolean {
  return lessons.every((lesson) => isStack(lesson) || lesson.folder !== null);
}

/** What is to be told of whatever is made with these. */
export function originOf(lessons: readonly Lesson[]): Origin {
  return {
    compared: lessons.flatMap((lesson) => (isStack(lesson) ? [] : (lesson.compared ?? []))),
    taught: lessons.some((lesson) => isStack(lesson) && lesson.taught === true),
  };
}
