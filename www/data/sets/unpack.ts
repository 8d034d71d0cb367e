/** Calls the worker that unpacks archives and sprite sheets. It is started when it is first needed. */
import { message, PageError } from "../../text/message";
import { wrap, type Remote } from "comlink";
import { startWorker } from "../../core/start-worker";
import type { SetsApi } from "./sets.worker";
import type { SheetShape } from "./sheet";
import { entryOfBytes, type Entry } from "./entries";

let worker: Remote<SetsApi> | null = null;

function sets(): Remote<SetsApi> {
  worker ??= wrap<SetsApi>(startWorker("sets"));
  return worker;
}

export async function unzipEntries(archive: Uint8Array, name: string): Promise<Entry[]> {
  const files = await sets().unzip(archive, name);
  if ("key" in files) throw new PageError(files);
  return files.map(([path, bytes]) => entryOfBytes(path, bytes));
}

export async function levelsOfSheet(file: Uint8Array, shape: SheetShape): Promise<Uint8Array> {
  return sets().sheet(file as Uint8Array<ArrayBuffer>, shape);
}

/** Unpacks a .gz file; other files are returned unchanged. */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Response(bytes as Uint8Array<ArrayBuffer>).body!.pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new PageError(message("page-error-gzip-damaged", { name }));
  }
}
