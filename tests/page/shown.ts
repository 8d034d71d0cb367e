/** The whole page in its views, for tests of what a visitor sees and does. `core` of ./visits answers it. */
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import App from "../../www/App.svelte";
import { Session } from "../../www/session/session.svelte";
import { settled } from "./surroundings";
import { core } from "./visits";

export async function show(): Promise<void> {
  const session = new Session(core);
  render(App, { session });
  void session.start("");
  await settled();
}

/** Opens the gallery's only model. */
export async function openSmall(): Promise<void> {
  screen.getByRole("button", { name: "Open (8\u00a0B)" }).click();
  await settled();
}

/** Moves the slider to cut this share, in per cent, and releases it. */
export async function cut(percent: number): Promise<void> {
  const slider = screen.getByRole("slider", { name: /^−/ });
  await fireEvent.input(slider, { target: { value: String(percent) } });
  await fireEvent.change(slider);
  await settled();
}

export const panel = (name: string) => within(screen.getByRole("region", { name }));

export async function drop(...files: File[]): Promise<void> {
  const event = new Event("drop", { cancelable: true });
  window.dispatchEvent(Object.assign(event, { dataTransfer: { types: ["Files"], files } }));
  await settled();
}
