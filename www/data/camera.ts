/** The visitor's camera: asked for, shown, and photos taken with it. */
import { message, PageError, type Message } from "../text/message";

const WISHED: MediaStreamConstraints = { video: { width: { ideal: 640 }, height: { ideal: 480 } }, audio: false };
/** High enough that it makes no difference to a model. */
const QUALITY = 0.95;

const REASONS: Readonly<Record<string, Message>> = {
  NotAllowedError: message("page-error-camera-denied"),
  NotFoundError: message("page-error-camera-none"),
  NotReadableError: message("page-error-camera-busy"),
  OverconstrainedError: message("page-error-camera-size"),
};

/** Asks for the camera. The error says what went wrong and what to do. */
export async function openCamera(): Promise<MediaStream> {
  // Browsers hide cameras from pages that are not served over a secure connection.
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!devices) {
    throw new PageError(message("page-error-camera-insecure"));
  }
  try {
    return await devices.getUserMedia(WISHED);
  } catch (error) {
    const { name, message: details } = error as DOMException;
    throw new PageError(REASONS[name] ?? message("page-error-camera", { details }));
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The current image, as the bytes of a JPEG file. */
export async function takePicture(video: HTMLVideoElement): Promise<Uint8Array> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob || canvas.width === 0) throw new PageError(message("page-error-camera-no-picture"));
  return new Uint8Array(await blob.arrayBuffer());
}
