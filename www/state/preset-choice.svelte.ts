/** The preset that photos are prepared by: the visitor's, or the one that came with the model. */
import type { Core, Preset } from "../core/protocol";
import type { Message } from "../text/message";
import type { DecisionHistory } from "./decisions/decision-history.svelte";
import type { Model, OpenedModel } from "./model.svelte";
import { failureOf, type Failure } from "./status";

export class PresetChoice {
  /** `null` before a model is open. */
  readonly preset = $derived.by(() => this.history.decisions.preset ?? this.model.opened?.preset ?? null);
  #refused = $state.raw<{
    readonly model: OpenedModel | null;
    readonly instead: Preset | null;
    readonly failure: Failure;
  } | null>(null);
  /** Why the last preset that was given can't be used. It goes with the model, and with the preset that stands in its place. */
  readonly refusal = $derived.by(() => {
    const refused = this.#refused;
    const isHere = refused?.model === this.model.opened && refused?.instead === this.history.decisions.preset;
    return isHere ? refused.failure : null;
  });

  constructor(
    private readonly core: Core,
    private readonly history: DecisionHistory,
    private readonly model: Model,
  ) {}

  /** Takes a preset document; where the core refuses it, `refusal` says why. */
  async decide(what: Message, document: string): Promise<void> {
    const { opened } = this.model;
    const instead = this.history.decisions.preset;
    try {
      const preset = await this.core.cutter.parsePreset(document);
      this.#refused = null;
      this.history.decide(what, { preset });
    } catch (error) {
      this.#refused = { model: opened, instead, failure: failureOf(error) };
    }
  }

  dismissRefusal(): void {
    this.#refused = null;
  }
}
