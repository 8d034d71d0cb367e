/** How large something is that is drawn, or drawn on. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
