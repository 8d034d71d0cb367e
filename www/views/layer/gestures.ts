/** Wheel, drag and pinch on an element, as zooming and panning in shares of its size. */

export interface Gestures {
  /** Zoom by a factor around a point, shares of 0 to 1. */
  zoom(factor: number, atX: number, atY: number): void;
  /** Move by shares of the element's size. */
  pan(byX: number, byY: number): void;
  /** The pointer is over this point, or gone. */
  hover(at: { x: number; y: number } | null): void;
}

/** A Svelte attachment. */
export function gestures(handlers: Gestures) {
  return (element: HTMLElement): (() => void) => {
    const pointers = new Map<string | number, { x: number; y: number }>();
    const box = () => element.getBoundingClientRect();
    const share = (event: { clientX: number; clientY: number }) => {
      const { left, top, width, height } = box();
      return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
    };

    function wheel(event: WheelEvent): void {
      event.preventDefault();
      const { x, y } = share(event);
      // A trackpad's pinch arrives as a wheel with ctrl held, in smaller steps.
      const strength = event.ctrlKey ? 0.012 : event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.06 : 0.0022;
      handlers.zoom(Math.exp(-event.deltaY * strength), x, y);
    }

    function down(event: PointerEvent): void {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, share(event));
    }

    function move(event: PointerEvent): void {
      const now = share(event);
      const before = pointers.get(event.pointerId);
      if (event.pointerType === "mouse" || before) handlers.hover(now);
      if (!before) return;
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      pointers.set(event.pointerId, now);
      if (!other) {
        handlers.pan(before.x - now.x, before.y - now.y);
        return;
      }
      const { width, height } = box();
      const apart = (a: { x: number; y: number }) => Math.hypot((a.x - other.x) * width, (a.y - other.y) * height);
      handlers.pan((before.x - now.x) / 2, (before.y - now.y) / 2);
      handlers.zoom(apart(now) / Math.max(1, apart(before)), (now.x + other.x) / 2, (now.y + other.y) / 2);
    }

    function up(event: PointerEvent): void {
      pointers.delete(event.pointerId);
      if (event.pointerType !== "mouse") handlers.hover(null);
    }

    function leave(): void {
      handlers.hover(null);
    }

    // Not passive: the page must not scroll while the heatmap zooms.
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    element.addEventListener("pointerleave", leave);
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
      element.removeEventListener("pointerleave", leave);
    };
  };
}
