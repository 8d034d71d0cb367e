/**
 * Where each layer of a network is drawn: one after the other, length by its multiply-adds, height by its output channels,
 * both in proportion. What remains after a cut stands in the middle of what was there before.
 */
import type { LayerCut, LayerInfo } from "../../core/protocol";
import { isBypassed } from "./facts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly layer: LayerInfo;
  readonly before: Box;
  /** What remains, or null where there is no cut. */
  readonly after: Box | null;
  /** Share of the remaining weights that are not zero, 0 to 1. */
  readonly density: number;
  /** Whether the layer went with its branch. */
  readonly isGone: boolean;
}

export interface NetworkLayout {
  readonly places: readonly Place[];
  readonly width: number;
  readonly height: number;
  /** Multiply-adds that a pixel of length stands for, and channels that a pixel of height does. */
  readonly macsPerPixel: number;
  readonly channelsPerPixel: number;
}

/** Pixels. Smaller layers are drawn this large, so that they can be seen and hit. */
export const SHORTEST = 6;
export const LOWEST = 5;
const GAP = 3;
const HEIGHT = 180;

/** Fills `room` pixels of width where the layers fit into it, and takes what they need where they don't. */
export function layoutNetwork(layers: readonly LayerInfo[], room: number): NetworkLayout {
  const macs = layers.map((layer) => layer.macs);
  const needed = layers.length * (2 * SHORTEST + GAP);
  const lengths = Math.max(room, needed) - layers.length * GAP;
  const macsPerPixel = fit(macs, lengths);
  const channelsPerPixel = Math.max(1, ...layers.map((layer) => layer.channelsOut)) / HEIGHT;
  let x = 0;
  const places = layers.map((layer): Place => {
    const width = Math.max(SHORTEST, layer.macs / macsPerPixel);
    const height = Math.max(LOWEST, layer.channelsOut / channelsPerPixel);
    const before = { x, y: (HEIGHT - height) / 2, width, height };
    x += width + GAP;
    return { layer, before, after: null, density: 1, isGone: false };
  });
  return { places, width: Math.max(0, x - GAP), height: HEIGHT, macsPerPixel, channelsPerPixel };
}

/** The same places with what remains of each layer. */
export function withCut(layout: NetworkLayout, cuts: readonly LayerCut[]): NetworkLayout {
  const byLayer = new Map(cuts.map((cut) => [cut.id, cut]));
  const places = layout.places.map((place): Place => {
    const cut = byLayer.get(place.layer.id);
    if (!cut) return place;
    const { layer, before } = place;
    return {
      ...place,
      after: shrunk(before, share(cut.macs, layer.macs), share(cut.channelsOut, layer.channelsOut)),
      density: share(cut.nonzeros, cut.parameters),
      isGone: isBypassed(cut),
    };
  });
  return { ...layout, places };
}

/** From where to where, along the network, all layers are gone. */
export function bypasses({ places }: NetworkLayout): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let wasGone = false;
  for (const { before, isGone } of places) {
    const to = before.x + before.width;
    if (isGone && wasGone) found[found.length - 1]!.to = to;
    else if (isGone) found.push({ from: before.x, to });
    wasGone = isGone;
  }
  return found;
}

/** Multiply-adds a pixel such that the lengths, none under the shortest, come to `length` in all. */
function fit(macs: readonly number[], length: number): number {
  let free = length;
  let rest = macs.reduce((sum, value) => sum + value, 0);
  // From the smallest up: those that would be too short take the shortest length and leave the rest to the others.
  for (const value of [...macs].sort((a, b) => a - b)) {
    if (rest <= 0 || value * free >= SHORTEST * rest) break;
    free -= SHORTEST;
    rest -= value;
  }
  return rest > 0 && free > 0 ? rest / free : 1;
}

function shrunk(box: Box, length: number, height: number): Box {
  const width = box.width * length;
  const high = box.height * height;
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - high) / 2, width, height: high };
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 1;
}
