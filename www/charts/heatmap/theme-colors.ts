/** The page's colors for canvases, which can't use CSS custom properties by themselves. */

/** The values of the custom properties at this element. */
export function readColors<Names extends Record<string, string>>(element: Element, names: Names) {
  const style = getComputedStyle(element);
  const entries = Object.entries(names).map(([key, property]) => [key, style.getPropertyValue(property).trim()]);
  return Object.fromEntries(entries) as { [Key in keyof Names]: string };
}

/** Calls back now and whenever the page switches between light and dark. Returns a function that stops this. */
export function watchTheme(onChange: () => void): () => void {
  onChange();
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
