/** The visitor's camera: asked for, shown, and pictures taken of it. */

const WISHED: MediaStreamConstraints = { video: { width: { ideal: 640 }, height: { ideal: 480 } }, audio: false };
/** Good enough that a model sees no difference. */
const QUALITY = 0.95;

const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError:
    "The browser was not allowed to use the camera. Allow it in the browser's settings for this page (beside the address), " +
    "and try again.",
  NotFoundError: "There is no camera on this machine. Connect one, or choose photos from a folder.",
  NotReadableError: "The camera is in use by another program. Close that one, and try again.",
  OverconstrainedError: "The camera gives no picture of a usual size. Try another one.",
};

/** Asks for the camera; throws with what went wrong and what to do. */
export async function openCamera(): Promise<MediaStream> {
  // Browsers hide cameras from pages that are not served securely.
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!devices) {
    throw new Error("The browser lets only pages served over https, or from this machine, use a camera.");
  }
  try {
    return await devices.getUserMedia(WISHED);
  } catch (error) {
    const { name, message } = error as DOMException;
    throw new Error(REASONS[name] ?? `The camera can't be used: ${message}`);
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The picture that is shown now, as the bytes of a JPEG file. */
export async function takePicture(video: HTMLVideoElement): Promise<Uint8Array> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob || canvas.width === 0) throw new Error("The camera shows no picture yet. Wait a moment, and try again.");
  return new Uint8Array(await blob.arrayBuffer());
}
