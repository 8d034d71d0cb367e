import { afterEach, describe, expect, test, vi } from "vitest";
import { download, downloadJson, type Arrived } from "./download";

/** A server that answers with these chunks, one after the other, and then ends, or never does. */
function serve(chunks: number[][], options: { ends?: boolean; status?: number; headers?: HeadersInit } = {}): void {
  const { ends = true, status = 200, headers = {} } = options;
  vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
        if (ends) controller.close();
        signal?.addEventListener("abort", () => controller.error(new DOMException("stopped", "AbortError")));
      },
    });
    return Promise.resolve(new Response(body, { status, headers }));
  });
}

afterEach(() => vi.unstubAllGlobals());

describe("download", () => {
  test("joins what comes and tells how much has come", async () => {
    serve([[1, 2], [3], [4, 5, 6]], { headers: { "content-length": "6" } });
    const told: Arrived[] = [];
    const bytes = await download("a/model.onnx", { onArrived: (arrived) => told.push(arrived) });
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(told).toEqual([2, 3, 6].map((bytes) => ({ bytes, of: 6 })));
  });

  test("doesn't take a compressed length for the real one", async () => {
    serve([[1, 2, 3]], { headers: { "content-length": "2", "content-encoding": "br" } });
    const told: Arrived[] = [];
    await download("model.onnx", { onArrived: (arrived) => told.push(arrived) });
    expect(told).toEqual([{ bytes: 3, of: null }]);
  });

  test("can be canceled half-way", async () => {
    serve([[1, 2]], { ends: false });
    const abort = new AbortController();
    const pending = download("model.onnx", { signal: abort.signal, onArrived: () => abort.abort() });
    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
  });

  test("names the file that isn't there", async () => {
    serve([], { status: 404 });
    await expect(download("gallery/model.onnx")).rejects.toThrow(/page-error-download-refused.*model.onnx.*404/);
  });

  test("names the file when there is no connection", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(download("gallery/model.onnx")).rejects.toThrow(/page-error-download-unreachable.*model.onnx/);
  });

  test("names the file that should be JSON and isn't", async () => {
    serve([[60, 104, 116, 109, 108]]);
    await expect(downloadJson("gallery.json")).rejects.toThrow(/page-error-not-json.*gallery.json/);
  });
});
