/** An answer of the core that follows the cut: asked anew when the question changes, the old one shown until then. */
import { Latest } from "./latest";
import { failureOf, type Failure } from "./status";

export class Tracked<Question, Answer> {
  answer = $state.raw<Answer | null>(null);
  failure = $state.raw<Failure | null>(null);
  #asked: Question | null = null;
  readonly #jobs: Latest<Question>;

  constructor(ask: (question: Question) => Promise<Answer>) {
    this.#jobs = new Latest(async (question) => {
      try {
        this.answer = await ask(question);
        this.failure = null;
      } catch (error) {
        this.failure = failureOf(error);
      }
    });
  }

  ask(question: Question): void {
    this.#asked = question;
    this.#jobs.push(question);
  }

  askAgain(): void {
    if (this.#asked !== null) this.#jobs.push(this.#asked);
  }
}
