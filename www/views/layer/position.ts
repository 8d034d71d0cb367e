/** Where in a layer's weight a place of its matrix is, in words. Rows are output channels, columns everything else. */
import type { Heatmap, LayerInfo } from "../../core/protocol";
import type { Window } from "../../charts/heatmap/window";
import type { Size } from "../../charts/size";
import { short } from "../../charts/numbers";
import * as format from "../../format";
import { text } from "../../text";

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
    const value = short(map.values[cell]!);
    return {
      where: text("page-layer-at", { channels: channels(rows), columns: column(layer, cols.first) }),
      what: kept === 0 ? text("page-layer-weight-removed", { value }) : value,
    };
  }
  const count = (rows.last - rows.first + 1) * (cols.last - cols.first + 1);
  const values = { count, mean: short(map.values[cell]!), largest: short(map.magnitudes[cell]!) };
  return {
    where: text("page-layer-at", { channels: channels(rows), columns: columns(cols) }),
    what:
      kept < 1
        ? text("page-layer-weights-removed", { ...values, share: format.percent(1 - kept) })
        : text("page-layer-weights", values),
  };
}

/** A column as the input channel and the place in the kernel that it stands for. */
export function column(layer: LayerInfo, index: number): string {
  const kernel = layer.weightShape.slice(2);
  const area = kernel.reduce((product, side) => product * side, 1);
  if (layer.weightShape.length < 3 || area === 1) return text("page-layer-input", { input: index });
  const input = Math.floor(index / area);
  let rest = index % area;
  const place: number[] = [];
  for (const side of [...kernel].reverse()) {
    place.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  const kernelAt = place.join(", ");
  return layer.kind === "depthwise"
    ? text("page-layer-kernel", { place: kernelAt })
    : text("page-layer-input-kernel", { input, place: kernelAt });
}

/** What a cell shows, said honestly. */
export function caption(map: Heatmap, shown: "mean" | "largest"): string {
  if (map.weightsPerCell === 1) return text("page-layer-cell-single");
  const count = map.weightsPerCell;
  return shown === "mean" ? text("page-layer-cell-mean", { count }) : text("page-layer-cell-largest", { count });
}

/** The part of the matrix that is seen, for people who can't see it. */
export function whereabouts(window: Window, matrix: Size): string {
  const rows = { first: Math.floor(window.y), last: Math.ceil(window.y + window.height) - 1 };
  const cols = { first: Math.floor(window.x), last: Math.ceil(window.x + window.width) - 1 };
  return text("page-layer-window", {
    channels: channels(rows),
    height: matrix.height,
    columns: columns(cols),
    width: matrix.width,
  });
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

function channels({ first, last }: Span): string {
  return first === last ? text("page-layer-channel", { first }) : text("page-layer-channels", { first, last });
}

function columns({ first, last }: Span): string {
  return first === last ? text("page-layer-column", { first }) : text("page-layer-columns", { first, last });
}
