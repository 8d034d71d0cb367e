/** Downloads bytes from this page's own origin and reports the progress. */
import { message, PageError } from "../text/message";

export interface Arrived {
  readonly bytes: number;
  /** `null` if the server does not say. */
  readonly of: number | null;
}

/** `expected`: the size in bytes, if it is known beforehand. Servers that compress do not report it. */
export async function download(
  url: string,
  options: { signal?: AbortSignal; expected?: number; onArrived?: (arrived: Arrived) => void } = {},
): Promise<Uint8Array> {
  const { signal, expected, onArrived } = options;
  const response = await fetch(url, { signal: signal ?? null }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new PageError(message("page-error-download-unreachable", { name: nameOf(url) }));
  });
  if (!response.ok || !response.body) {
    throw new PageError(message("page-error-download-refused", { name: nameOf(url), status: response.status }));
  }
  const isPlain = !response.headers.has("content-encoding");
  const length = isPlain ? Number(response.headers.get("content-length")) : 0;
  const of = expected ?? (length > 0 ? length : null);

  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    bytes += next.value.length;
    onArrived?.({ bytes, of });
  }
  return joined(chunks, bytes);
}

export async function downloadJson<Value>(url: string): Promise<Value> {
  const text = new TextDecoder().decode(await download(url));
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new PageError(message("page-error-not-json", { name: nameOf(url) }));
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function nameOf(url: string): string {
  return url.split("/").at(-1) ?? url;
}
