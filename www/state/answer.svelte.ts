/** An answer of the core to one question. What it answers or why it fails goes with the question: another one has its own. */
import { failureOf, type Failure } from "./status";

export class Answer<Value> {
  /** `null` until it is there. */
  value = $state.raw<Value | null>(null);
  failure = $state.raw<Failure | null>(null);

  constructor(asked: Promise<Value>) {
    asked.then(
      (value) => (this.value = value),
      (error: unknown) => (this.failure = failureOf(error)),
    );
  }

  /** Takes the failure out of sight. */
  dismiss(): void {
    this.failure = null;
  }
}
