/**
 * `npm run bench:criteria`: the accuracy of the classroom's network after one cut by each criterion, with only the statistics
 * of its normalizations measured again. It uses the native command on the pack of Fashion-MNIST: criteria and statistics look
 * at training pictures, and accuracy is measured on the whole test set. Prints the table; takes about 15 minutes on two cores.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { heading, main, say } from "../report.mjs";
import { root } from "../shell.mjs";
import { buildNative, secateur } from "./native.mjs";

const GALLERY = join(root, "www/public/gallery");
const MODEL = join(GALLERY, "fashion-mnist-small.onnx");
const PICTURES = ["--data", join(GALLERY, "fashion-mnist"), "--preset", join(root, "www/presets/fashion-mnist.json")];

const LEVELS = [0.5, 0.7, 0.9, 0.95];
const BOTH = ["weight", "channel"];
/** What each criterion can score, and what else its recipes say. */
const CRITERIA = {
  random: { granularities: BOTH, seed: 1 },
  l1: { granularities: BOTH },
  l2: { granularities: BOTH },
  lamp: { granularities: ["weight"] },
  "bn-scale": { granularities: ["channel"] },
  fpgm: { granularities: ["channel"] },
  wanda: { granularities: BOTH, looks: true },
  taylor: { granularities: BOTH, looks: true, reduction: "sum" },
  fisher: { granularities: BOTH, looks: true, reduction: "sum" },
  apoz: { granularities: ["channel"], looks: true },
  snip: { granularities: BOTH, looks: true, reduction: "sum" },
  movement: { granularities: BOTH, looks: true },
};
const COLUMNS = BOTH.flatMap((granularity) => ["global", "uniform"].map((allocation) => ({ granularity, allocation })));

async function accuracy(model) {
  const told = await secateur("evaluate", model, ...PICTURES, "--split", "test", "--json");
  return JSON.parse(told).accuracy;
}

/** The recipe of a cut, of weights or of parameters by channels. */
function recipe(criterion, { granularity, allocation }, level) {
  const { reduction, seed = 1 } = CRITERIA[criterion];
  const target = granularity === "weight" ? { sparsity: level } : { parameters: Number((1 - level).toFixed(2)) };
  return { criterion, granularity, allocation, target, seed, ...(reduction && { reduction }) };
}

/** Accuracy after a cut, once the statistics have been measured again. */
async function cutOnce(folder, criterion, column, level) {
  const name = [criterion, column.granularity, column.allocation, level].join("-");
  const [document, pruned, recovered] = ["json", "pruned.onnx", "recovered.onnx"].map((end) =>
    join(folder, `${name}.${end}`),
  );
  await writeFile(document, JSON.stringify(recipe(criterion, column, level)));
  const looks = CRITERIA[criterion].looks ? [...PICTURES, "--split", "train"] : [];
  await secateur("prune", MODEL, "--recipe", document, ...looks, "--output", pruned);
  const learned = [...PICTURES, "--split", "train", "--method", "recalibrate", "--keep", "last"];
  await secateur("recover", pruned, "--original", MODEL, ...learned, "--output", recovered);
  return accuracy(recovered);
}

/** Runs all jobs, as many at a time as there are cores. */
async function all(jobs) {
  const waiting = jobs.entries();
  const results = [];
  const lane = async () => {
    for (const [at, job] of waiting) results[at] = await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return results;
}

await main(async () => {
  await buildNative();
  const folder = await mkdtemp(join(tmpdir(), "secateur-criteria-"));
  try {
    const cells = Object.entries(CRITERIA).flatMap(([criterion, { granularities }]) =>
      COLUMNS.filter(({ granularity }) => granularities.includes(granularity)).flatMap((column) =>
        LEVELS.map((level) => ({ criterion, column, level })),
      ),
    );
    heading(`Cutting ${cells.length} times (the model as it is: ${percent(await accuracy(MODEL))} %)`);
    const cut = async ({ criterion, column, level }) => {
      const left = await cutOnce(folder, criterion, column, level);
      say(`${criterion}, ${column.granularity}, ${column.allocation}, ${level * 100} %: ${percent(left)} %`);
      return left;
    };
    const accuracies = await all(cells.map((cell) => () => cut(cell)));
    heading("Accuracy in per cent after cuts of 50, 70, 90 and 95 %");
    say(`| | ${COLUMNS.map(({ granularity, allocation }) => `${granularity}s, \`${allocation}\``).join(" | ")} |`);
    say(`| --- |${" --- |".repeat(COLUMNS.length)}`);
    for (const criterion of Object.keys(CRITERIA)) {
      const row = COLUMNS.map((column) =>
        cells
          .flatMap((cell, at) =>
            cell.criterion === criterion && cell.column === column ? [percent(accuracies[at])] : [],
          )
          .join(", "),
      );
      say(`| \`${criterion}\` | ${row.join(" | ")} |`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

function percent(share) {
  return (share * 100).toFixed(1);
}
