/** Moves the typed arrays of a message out of the worker without copying them. */
import { transfer } from "comlink";

export function withTransfers<Message extends object>(message: Message): Message {
  const buffers = Object.values(message)
    .filter((field): field is ArrayBufferView<ArrayBuffer> => ArrayBuffer.isView(field))
    .map((view) => view.buffer);
  return transfer(message, buffers);
}
