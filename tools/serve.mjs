/** A plain static file server for dist/, on this machine only and without special headers, like any web host. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { main, say, StepFailed } from "./report.mjs";
import { root } from "./shell.mjs";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".ftl": "text/plain; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
};

/** The file in dist/ that an address names, or null if it names none. */
function fileOf(address, under) {
  try {
    const path = decodeURIComponent(new URL(address, "http://localhost").pathname);
    if (!path.startsWith(under)) return null;
    // A URL's path cannot climb above its root, but one with encoded slashes could once it is decoded.
    const inside = normalize(`/${path.slice(under.length)}`);
    const file = join(root, "dist", inside.endsWith("/") ? `${inside}index.html` : inside);
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? {};
    return size === undefined || statSync(file).isDirectory() ? null : { file, size };
  } catch {
    return null;
  }
}

function listen(port, under) {
  const server = createServer((request, response) => {
    const found = fileOf(request.url, under);
    if (!found || !["GET", "HEAD"].includes(request.method)) {
      response
        .writeHead(found ? 405 : 404, { "content-type": "text/plain" })
        .end(found ? "Only GET.\n" : "Not here.\n");
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(found.file)] ?? "application/octet-stream",
      "content-length": found.size,
      "cache-control": "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else
      createReadStream(found.file)
        .on("error", () => response.destroy())
        .pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** Serves dist/ at `under` (starts and ends with a slash) on this port, or with `orNext` on the next free one. */
export async function serve({ port, under = "/", orNext = false }) {
  for (let candidate = port; candidate < port + (orNext ? 50 : 1); candidate++) {
    try {
      await listen(candidate, under);
      return `http://127.0.0.1:${candidate}${under}`;
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
  }
  throw new StepFailed(`Port ${port} is taken: name another with --port.`);
}

export function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    say(await serve({ port: Number(option("port") ?? 4173), under: option("under") ?? "/" }));
  });
}
