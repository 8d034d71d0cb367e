/** A name that nothing else has. `crypto.randomUUID` is missing where the page is not served securely; this is there everywhere. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("-");
}
