/**
 * Which part of a matrix is visible, in the matrix's own coordinates: one unit is one weight. At first each axis fits the view
 * separately, so that a long thin matrix fills it; zooming in ends when a weight is `LARGEST_CELL` pixels wide on both axes.
 */
import type { Size } from "../size";

export interface Window extends Size {
  readonly x: number;
  readonly y: number;
}

/** Size of a single weight in pixels when zoomed in fully, unless the whole matrix already shows it larger. */
export const LARGEST_CELL = 32;

export function whole(matrix: Size): Window {
  return { x: 0, y: 0, width: matrix.width, height: matrix.height };
}

/** Size of one weight, in pixels. */
export function scale(window: Window, view: Size): Size {
  return { width: view.width / window.width, height: view.height / window.height };
}

/** Shows `factor` times as much detail; the point of the view at (`atX`, `atY`), each from 0 to 1, stays in place. */
export function zoomed(window: Window, factor: number, atX: number, atY: number, matrix: Size, view: Size): Window {
  const width = clamp(window.width / factor, Math.min(matrix.width, view.width / LARGEST_CELL), matrix.width);
  const height = clamp(window.height / factor, Math.min(matrix.height, view.height / LARGEST_CELL), matrix.height);
  const x = window.x + atX * (window.width - width);
  const y = window.y + atY * (window.height - height);
  return inside({ x, y, width, height }, matrix);
}

/** Moves by shares of the visible part: (1, 0) shows the part just to its right. */
export function panned(window: Window, byX: number, byY: number, matrix: Size): Window {
  return inside({ ...window, x: window.x + byX * window.width, y: window.y + byY * window.height }, matrix);
}

/** The magnification compared with the whole matrix, on the axis where it is larger. */
export function closeness(window: Window, matrix: Size): number {
  return Math.max(matrix.width / window.width, matrix.height / window.height);
}

export function canZoomIn(window: Window, matrix: Size, view: Size): boolean {
  const closest = zoomed(window, 2, 0.5, 0.5, matrix, view);
  return closest.width < window.width || closest.height < window.height;
}

function inside(window: Window, matrix: Size): Window {
  return {
    ...window,
    x: clamp(window.x, 0, matrix.width - window.width),
    y: clamp(window.y, 0, matrix.height - window.height),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
