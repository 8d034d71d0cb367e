/** Short messages about what just happened, read out by screen readers. */

export interface Notice {
  readonly id: number;
  readonly kind: "news" | "trouble";
  readonly text: string;
}

/** News fades by itself; trouble stays until it is dismissed. */
const NEWS_LASTS_MS = 6000;

export class Notices {
  all = $state.raw<readonly Notice[]>([]);
  #last = 0;

  news(text: string): void {
    const id = this.#add("news", text);
    setTimeout(() => this.dismiss(id), NEWS_LASTS_MS);
  }

  trouble(text: string): void {
    if (!this.all.some((notice) => notice.text === text)) this.#add("trouble", text);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }

  #add(kind: Notice["kind"], text: string): number {
    this.#last += 1;
    this.all = [...this.all, { id: this.#last, kind, text }];
    return this.#last;
  }
}
