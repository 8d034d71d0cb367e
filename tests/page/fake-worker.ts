/** A worker without a thread of its own, which serves an API as Comlink does. */
import { expose } from "comlink";

export class FakeWorker extends EventTarget {
  readonly #channel = new MessageChannel();
  isEnded = false;

  constructor(api: object) {
    super();
    expose(api, this.#channel.port2 as never);
    this.#channel.port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
  }

  postMessage(message: unknown, transfer: never[] = []): void {
    if (!this.isEnded) this.#channel.port1.postMessage(message, transfer);
  }

  terminate(): void {
    this.isEnded = true;
    this.#channel.port1.close();
  }

  /** As when an error escapes everything in the worker. Gives whether nobody took care of it. */
  crash(): boolean {
    return this.dispatchEvent(new Event("error", { cancelable: true }));
  }
}
