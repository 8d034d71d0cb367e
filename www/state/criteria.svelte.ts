/** The criteria that there are, as the core tells them. */
import type { Core, ListedCriterion } from "../core/protocol";
import { empty, failed, loading, ready, type Status } from "./status";
import { text } from "../text";

export class Criteria {
  list = $state.raw<Status<readonly ListedCriterion[]>>(empty);
  readonly all = $derived(this.list.state === "ready" ? this.list.value : []);

  constructor(private readonly core: Core) {}

  /** A failure is told where criteria are chosen. */
  async load(): Promise<void> {
    this.list = loading(text("page-progress-criteria"));
    try {
      this.list = ready(await this.core.cutter.criteria());
    } catch (error) {
      this.list = failed(error);
    }
  }

  find(name: string | undefined): ListedCriterion | undefined {
    return this.all.find((criterion) => criterion.name === name);
  }

  /** Whether the core has to measure a criterion on photos before a recipe can use it. */
  lookAtPhotos(name: string | undefined): boolean {
    return this.find(name)?.pictures ?? false;
  }
}
