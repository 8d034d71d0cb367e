/** The worker's side of the calls: it makes the methods of the core's classes available to the page. */
import { expose, transfer } from "comlink";

/**
 * Answers calls with these objects' methods, once the objects exist; if several have a method of the same name, the first one
 * answers. Typed arrays in an answer move to the page without being copied.
 */
export function serve(made: Promise<readonly object[]>): void {
  const get =
    (_: object, name: string) =>
    async (...args: readonly unknown[]) => {
      const owners = await made;
      const owner = owners.find((each) => name in each) as Record<string, (...args: readonly unknown[]) => unknown>;
      return withTransfers(await owner[name]!(...args));
    };
  expose(new Proxy({}, { get }));
}

function withTransfers<Answer>(answer: Answer): Answer {
  const buffers = new Set<ArrayBuffer>();
  gatherBuffers(answer, buffers);
  return buffers.size > 0 ? transfer(answer, [...buffers]) : answer;
}

function gatherBuffers(value: unknown, buffers: Set<ArrayBuffer>): void {
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value)) buffers.add(value.buffer as ArrayBuffer);
  else for (const part of Object.values(value)) gatherBuffers(part, buffers);
}
