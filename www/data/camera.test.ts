import { afterEach, expect, test, vi } from "vitest";
import { closeCamera, openCamera } from "./camera";

const camera = (getUserMedia: unknown) =>
  vi.stubGlobal("navigator", { mediaDevices: getUserMedia ? { getUserMedia } : undefined });

afterEach(() => vi.unstubAllGlobals());

test("a refused, missing or busy camera is told, with what to do", async () => {
  const cases: [name: string, told: RegExp][] = [
    ["NotAllowedError", /page-error-camera-denied/],
    ["NotFoundError", /page-error-camera-none/],
    ["NotReadableError", /page-error-camera-busy/],
    ["AbortError", /page-error-camera".*it broke/],
  ];
  for (const [name, told] of cases) {
    camera(() => Promise.reject(new DOMException("it broke", name)));
    await expect(openCamera()).rejects.toThrow(told);
  }
});

test("a page that is not served securely has no camera, and says so", async () => {
  camera(null);
  await expect(openCamera()).rejects.toThrow(/page-error-camera-insecure/);
});

test("the camera is let go of", async () => {
  const stop = vi.fn();
  camera(() => Promise.resolve({ getTracks: () => [{ stop }] }));
  closeCamera(await openCamera());
  expect(stop).toHaveBeenCalledOnce();
});
