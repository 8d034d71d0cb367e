/** A worker's side of the calls: whatever a class of the core can do, it does for the page. */
import { expose, transfer } from "comlink";

/**
 * Answers calls by these objects' methods, once they are made: where several have one of that name, by the first one's. Typed
 * arrays in an answer move to the page without being copied.
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
