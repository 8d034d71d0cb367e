/** Where in a layer's weight a place of its matrix is, in words. Rows are output channels, columns everything else. */
import type { Heatmap, LayerInfo } from "../../core/protocol";
import type { Size, Window } from "../../charts/window";
import { short } from "../../charts/numbers";

/** What the pointer is over. */
export interface ReadOut {
  readonly where: string;
  readonly what: string;
}

/** The cell under a point of the view; the point is given as shares of its width and height. */
export function cellAt(map: Heatmap, window: Window, atX: number, atY: number): { row: number; col: number } | null {
  const col = Math.floor(((window.x + atX * window.width - map.x) * map.cols) / map.width);
  const row = Math.floor(((window.y + atY * window.height - map.y) * map.rows) / map.height);
  return row >= 0 && row < map.rows && col >= 0 && col < map.cols ? { row, col } : null;
}

export function readOut(map: Heatmap, layer: LayerInfo, row: number, col: number): ReadOut {
  const cell = row * map.cols + col;
  const rows = span(map.y, map.height / map.rows, row, map.matrixRows);
  const cols = span(map.x, map.width / map.cols, col, map.matrixCols);
  const kept = map.kept[cell]!;
  if (map.weightsPerCell === 1) {
    const fate = kept === 0 ? ", cut away" : "";
    return { where: `channel ${rows.first}, ${column(layer, cols.first)}`, what: short(map.values[cell]!) + fate };
  }
  const count = (rows.last - rows.first + 1) * (cols.last - cols.first + 1);
  const removed = kept < 1 ? `, ${Math.round((1 - kept) * 100)} % cut away` : "";
  return {
    where: `${range("channel", rows)}, ${range("column", cols)}`,
    what: `${count} weights, mean ${short(map.values[cell]!)}, largest ${short(map.magnitudes[cell]!)}${removed}`,
  };
}

/** A column as the input channel and the place in the kernel that it stands for. */
export function column(layer: LayerInfo, index: number): string {
  const kernel = layer.weightShape.slice(2);
  const area = kernel.reduce((product, side) => product * side, 1);
  if (layer.weightShape.length < 3 || area === 1) return `input ${index}`;
  const input = Math.floor(index / area);
  let rest = index % area;
  const place: number[] = [];
  for (const side of [...kernel].reverse()) {
    place.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  const at = `kernel ${place.join(", ")}`;
  return layer.kind === "depthwise" ? at : `input ${input}, ${at}`;
}

/** What a cell shows, said honestly. */
export function caption(map: Heatmap, shown: "mean" | "largest"): string {
  if (map.weightsPerCell === 1) return "Each cell is a single weight; cross-hatched ones are cut away.";
  const value = shown === "mean" ? "their mean" : "the largest magnitude among them";
  return (
    `Each cell shows up to ${map.weightsPerCell} weights: its colour is ${value}, ` +
    "the strength of its cross-hatching the share cut away."
  );
}

/** The part of the matrix that is seen, for people who can't see it. */
export function whereabouts(window: Window, matrix: Size): string {
  const rows = range("channel", { first: Math.floor(window.y), last: Math.ceil(window.y + window.height) - 1 });
  const cols = range("column", { first: Math.floor(window.x), last: Math.ceil(window.x + window.width) - 1 });
  return `${rows} of ${matrix.height}, ${cols} of ${matrix.width}`;
}

interface Span {
  first: number;
  last: number;
}

/** The weights of one cell. The last cell may reach past the matrix's border. */
function span(start: number, per: number, cell: number, whole: number): Span {
  const first = start + cell * per;
  return { first, last: Math.min(first + per, whole) - 1 };
}

function range(what: string, { first, last }: Span): string {
  return first === last ? `${what} ${first}` : `${what}s ${first}–${last}`;
}
