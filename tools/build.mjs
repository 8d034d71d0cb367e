/** `npm run build`: the whole page as static files in dist/. */
import { pathToFileURL } from "node:url";
import { buildWasm } from "./build-wasm.mjs";
import { heading, main, say } from "./report.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./shell.mjs";

export async function buildPage() {
  await buildWasm();
  heading("Building the page (a few seconds)");
  await run("vite", ["build", "--logLevel", "warn"]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setUp({ withBrowser: false });
    await buildPage();
    say("The page is in dist/: plain static files for any web host, under any path.");
  });
}
