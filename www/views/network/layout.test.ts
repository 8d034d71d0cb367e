import { describe, expect, it } from "vitest";
import { layer } from "../../../tests/page/core-double";
import type { LayerInfo } from "../../core/protocol";
import { bypasses, layoutNetwork, LOWEST, SHORTEST, withCut } from "./layout";

function network(sizes: [macs: number, channels: number][]): LayerInfo[] {
  return sizes.map(([macs, channelsOut], id) => ({ ...layer(id, `layer${id}`), macs, channelsOut }));
}

describe("the network at a glance", () => {
  it("draws in proportion and fills the room", () => {
    const { places, width, height, macsPerPixel } = layoutNetwork(
      network([
        [100, 20],
        [300, 40],
      ]),
      600,
    );
    expect(places[1]!.before.width / places[0]!.before.width).toBeCloseTo(3);
    expect(places[0]!.before.width * macsPerPixel).toBeCloseTo(100);
    expect(places.map((place) => place.before.height)).toEqual([height / 2, height]);
    expect(width).toBeCloseTo(597);
  });

  it("keeps small layers visible without making the whole longer", () => {
    const { places, width } = layoutNetwork(
      network([
        [1, 1],
        [1000, 1000],
        [1000, 1000],
      ]),
      500,
    );
    expect(places[0]!.before).toMatchObject({ width: SHORTEST, height: LOWEST });
    expect(places[1]!.before.width).toBeCloseTo(places[2]!.before.width);
    expect(width).toBeCloseTo(497);
  });

  it("grows longer than the room rather than thinner than can be seen", () => {
    const many = network(Array.from({ length: 200 }, () => [5, 5]));
    const { places, width } = layoutNetwork(many, 360);
    expect(width).toBeGreaterThan(2000);
    for (const place of places) expect(place.before.width).toBeGreaterThanOrEqual(SHORTEST);
  });

  it("stands without room, without layers and without multiply-adds", () => {
    expect(layoutNetwork([], 0)).toMatchObject({ places: [], width: 0 });
    expect(layoutNetwork(network([[0, 4]]), -8).places[0]!.before.width).toBe(SHORTEST);
  });

  it("shrinks what is cut toward the middle of what was there", () => {
    const layout = layoutNetwork(network([[100, 20]]), 203);
    const cut = {
      id: 0,
      channelsIn: 8,
      channelsOut: 10,
      parameters: 80,
      nonzeros: 20,
      macs: 25,
      bytes: 0,
      channelsGone: 0.5,
    };
    const place = withCut(layout, [{ ...cut, sparsity: 0.5, threshold: null }]).places[0]!;
    expect(place.after).toEqual({ x: 75, y: 45, width: 50, height: 90 });
    expect(place.density).toBe(0.25);
  });

  it("leads around layers of which nothing remains", () => {
    const layout = layoutNetwork(network(Array.from({ length: 5 }, () => [100, 20])), 500);
    const cut = (id: number, channelsOut: number) => ({
      id,
      channelsIn: channelsOut,
      channelsOut,
      parameters: channelsOut,
      nonzeros: channelsOut,
      macs: channelsOut,
      bytes: 0,
      channelsGone: 0,
      sparsity: 0,
      threshold: null,
    });
    const after = withCut(
      layout,
      [20, 0, 0, 20, 0].map((channels, id) => cut(id, channels)),
    );
    const boxes = layout.places.map(({ before }) => before);
    expect(bypasses(after)).toEqual([
      { from: boxes[1]!.x, to: boxes[2]!.x + boxes[2]!.width },
      { from: boxes[4]!.x, to: boxes[4]!.x + boxes[4]!.width },
    ]);
    expect(bypasses(layout)).toEqual([]);
  });
});
