/** A clock that stands still while the tab sleeps: a browser froze it, or the whole machine was put to sleep. */

/** Milliseconds between two signs of life of the page, and so long a gap between any two that it must have slept. */
const PULSE = 1_000;
const GAP = 10_000;
/** The same where the page was hidden: browsers let its timers go once a minute. */
const HIDDEN_GAP = 70_000;

export class WakingClock {
  // Not `performance.now`: in some browsers that stands still itself while the machine sleeps, so nobody could tell.
  #last = Date.now();
  #awake = 0;
  #wasHidden = false;
  #end: (() => void) | null = null;

  /** `onWake` is told how many milliseconds the tab slept. */
  constructor(private readonly onWake: (slept: number) => void) {}

  /** Milliseconds that the tab was awake. Whoever asks gives a sign of life. */
  now(): number {
    this.#sign(this.#wasHidden ? HIDDEN_GAP : GAP);
    return this.#awake;
  }

  /** Watches over the tab, until the end. */
  start(): void {
    this.end();
    this.#last = Date.now();
    this.#wasHidden = document.hidden;
    const look = () => void this.now();
    const wake = () => this.#sign(PULSE);
    const pulse = setInterval(look, PULSE);
    document.addEventListener("visibilitychange", look);
    document.addEventListener("freeze", look);
    document.addEventListener("resume", wake);
    this.#end = () => {
      clearInterval(pulse);
      document.removeEventListener("visibilitychange", look);
      document.removeEventListener("freeze", look);
      document.removeEventListener("resume", wake);
    };
  }

  end(): void {
    this.#end?.();
    this.#end = null;
  }

  /** `longest`: a gap that is longer was sleep. */
  #sign(longest: number): void {
    const last = this.#last;
    this.#last = Date.now();
    this.#wasHidden = document.hidden;
    const gap = Math.max(0, this.#last - last);
    if (gap > longest) this.onWake(gap);
    else this.#awake += gap;
  }
}
