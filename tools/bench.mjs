/**
 * `npm run bench`: measures ours and its peers in headless Chromium, in turns in one page, and prints a table.
 *
 * --json FILE     also writes the numbers to a file
 * --rounds N      runs of each row (at least 20 for numbers to quote)
 * --rival FOLDER  measures models that the rival has pruned; benches/rival/prune.py says how they are made
 * --tensorflow    also times TensorFlow.js's training step, which takes some minutes
 * --recovery      recovers the classroom's network in the product's page, which takes some minutes
 * --pictures DIR  the same, from a folder with Fashion-MNIST's IDX files as published instead of the gallery's part of them
 * --photographs DIR
 *                 recovers EfficientNet-Lite0 in the page, on the crops made by benches/photographs/crops.py
 */
/* global document, window -- inside page.evaluate, which runs in the browser */
import { chromium } from "@playwright/test";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build, preview } from "vite";
import { buildBurn } from "./bench/burn.mjs";
import { pageReady, sliderSteps } from "./bench/page.mjs";
import { measurePhotographs } from "./bench/photographs.mjs";
import { measureRecovery } from "./bench/recovery.mjs";
import { printRows } from "./bench/table.mjs";
import { buildTensorFlow } from "./bench/tensorflow.mjs";
import { buildPage } from "./build.mjs";
import { heading, kilobytes, main, say } from "./report.mjs";
import { option, serve } from "./serve.mjs";
import { setUp } from "./setup.mjs";
import { findChrome } from "./setup/browser.mjs";
import { root, run } from "./shell.mjs";

const built = join(root, ".tools", "bench");
const sharedModels = join(root, "..", "shared", "models");
/** Pictures of each class of CIFAR-10, in tens. */
const CIFAR_TENS = 5;
/** How often to run what takes half a minute each time. */
const FEW = 3;
const LITE = "gallery/efficientnet-lite0.onnx";

await main(async () => {
  await setUp({ withBrowser: true });
  await buildPage();
  const config = join(root, "benches", "page", "vite.config.ts");
  await build({ configFile: config });
  const withBurn = await buildBurn(join(built, "burn"));
  const withTensorFlow = process.argv.includes("--tensorflow") && (await buildTensorFlow(join(built, "tensorflow")));
  const rounds = Math.max(1, Number(option("rounds") ?? 25));

  const page = await openBench(config);
  const rows = [];
  heading(`Running (medians of ${rounds}; one thread; quartiles in brackets)`);
  rows.push(
    ...(await page.evaluate((job) => window.bench.inference(job), {
      name: "EfficientNet-Lite0",
      model: LITE,
      shape: [1, 3, 224, 224],
      cuts: [0.5],
      rounds,
    })),
  );
  const resnet = shared("resnet20-cifar10.onnx");
  if (resnet) {
    rows.push(
      ...(await page.evaluate((job) => window.bench.inference(job), {
        name: "resnet20-cifar10",
        model: resnet,
        shape: [1, 3, 32, 32],
        cuts: [],
        rounds,
      })),
    );
  } else say("resnet20-cifar10 is left out: ../shared/models is not there.");
  const training = { rounds, withBurn };
  rows.push(...(await page.evaluate((job) => window.bench.training(job.rounds, job.withBurn), training)));
  if (withTensorFlow) rows.push(await page.evaluate((rounds) => window.bench.besideTensorFlow(rounds), FEW));
  rows.push(...(await page.evaluate((job) => window.bench.slider(job), { name: "EfficientNet-Lite0", model: LITE })));
  const browser = page.context().browser();
  const address = await serve({ port: 4190, orNext: true });
  rows.push(...(await sliderSteps(browser, address)));
  rows.push(await pageReady(browser, address));
  printRows(rows);

  const wasm = readFileSync(join(root, "www", "pkg", "secateur_bg.wasm"));
  const size = { raw: wasm.length, brotli: brotliCompressSync(wasm).length };
  say(`\nWebAssembly module: ${kilobytes(size.raw)} raw, ${kilobytes(size.brotli)} as brotli.`);

  const rival = option("rival") ? await judgeRival(page, option("rival")) : [];
  const pictures = option("pictures");
  const asked = pictures !== undefined || process.argv.includes("--recovery");
  const recovery = asked ? await measureRecovery(browser, address, pictures) : null;
  const crops = option("photographs");
  const photographs = crops === undefined ? null : await measurePhotographs(browser, address, crops);
  const file = option("json");
  if (file) writeFileSync(file, JSON.stringify({ rows, wasm: size, rival, recovery, photographs }, null, 2));
  await browser.close();
  process.exit(0);
});

async function openBench(configFile) {
  const server = await preview({ configFile, preview: { host: "127.0.0.1", port: 4180 } });
  const browser = await chromium.launch({
    executablePath: findChrome(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  const page = await browser.newPage();
  page.on("pageerror", (error) => say(`The page says: ${error.message}`));
  await page.goto(server.resolvedUrls.local[0]);
  await page.waitForFunction(() => document.title === "ready", undefined, { timeout: 60_000 });
  return page;
}

/** Copies a shared model to where the page can fetch it; null if there is none. */
function shared(name) {
  const from = join(sharedModels, name);
  return existsSync(from) ? published(from, name) : null;
}

function published(from, name) {
  mkdirSync(join(built, "models"), { recursive: true });
  copyFileSync(from, join(built, "models", name));
  return `models/${name}`;
}

/** Addresses of the first pictures of each class of CIFAR-10's test set, if it is shared; otherwise none. */
async function cifarPictures() {
  const archive = join(sharedModels, "..", "data", "cifar10-jpeg-test.tar");
  if (!existsSync(archive)) return [];
  const folder = join(built, "models", "cifar10");
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    await run("tar", ["-xf", archive, "-C", folder, "--wildcards", `test/*/00[0-${CIFAR_TENS - 1}]?.jpg`]);
  }
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".jpg"));
  return files.toSorted().map((file) => `models/cifar10/${file}`);
}

/** Models `MODEL--ALLOCATION-SHARE.onnx` that the rival has pruned, compared with ours. */
async function judgeRival(page, folder) {
  heading("The rival's pruned models, counted and run by our core");
  const times = JSON.parse(readFileSync(join(folder, "milliseconds.json"), "utf8"));
  const told = ({ macs, agreement, milliseconds }) =>
    `${(macs * 100).toFixed(1)} % of the multiply-adds, agreement ${(agreement * 100).toFixed(0)} %, ${milliseconds.toFixed(0)} ms`;
  const results = [];
  for (const name of readdirSync(folder)) {
    const [, model, allocation, share] = /^(.+)--(uniform|global)-([\d.]+)\.onnx$/.exec(name) ?? [];
    const original = model && shared(`${model}.onnx`);
    if (!original) continue;
    const judged = await page.evaluate((job) => window.bench.judge(job), {
      original,
      pruned: published(join(folder, name), name),
      allocation,
      share: Number(share),
      preset: JSON.parse(readFileSync(join(root, "www", "presets", `${model}.json`), "utf8")),
      pictures: model === "resnet20-cifar10" ? await cifarPictures() : [],
    });
    judged.rival.milliseconds = times[name];
    say(`${name}, on ${judged.pictures} pictures: ${told(judged.rival)}`);
    say(`  ours, global, at as many multiply-adds: ${told(judged.asManyMacs)}`);
    say(`  ours, ${allocation}, the same share of channels: ${told(judged.sameShare)}`);
    results.push({ name, ...judged });
  }
  return results;
}
