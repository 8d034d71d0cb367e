/** `npm start`: sets up, builds, serves the page. With --dev (`npm run dev`) Vite serves the sources and reloads. */
import { buildWasm } from "./build-wasm.mjs";
import { buildPage } from "./build.mjs";
import { main, say, StepFailed } from "./report.mjs";
import { option, serve } from "./serve.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./shell.mjs";

await main(async () => {
  const asked = option("port") ?? process.env.PORT;
  const port = Number(asked ?? 5173);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new StepFailed(`“${asked}” is not a port: it takes a whole number from 1 to 65535.`);
  }
  await setUp({ withBrowser: false });
  if (process.argv.includes("--dev")) {
    await buildWasm();
    await run("vite", ["--port", String(port)]);
    return;
  }
  await buildPage();
  const address = await serve({ port, orNext: asked === undefined });
  say(`\nSecateur is at ${address} (Ctrl+C ends it).`);
});
