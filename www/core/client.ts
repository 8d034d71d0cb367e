/** The page's one typed door to the core: four workers, each restored to its work if it dies. */
import { Door } from "./door";
import type { CutterApi } from "./cutter.worker";
import type { LearnerApi } from "./learner.worker";
import type { PeerApi } from "./peer.worker";
import type { RunnerApi } from "./runner.worker";
import type { Core, Recipe, Scores, Which, WorkerName } from "./protocol";

export function connect(): Core {
  const listeners = new Set<(which: WorkerName, reason: string) => void>();
  const tell = (which: WorkerName) => (reason: string) => listeners.forEach((listener) => listener(which, reason));

  let opened: Parameters<Core["cutter"]["open"]> | null = null;
  let cut: Recipe | null = null;
  let scores: Scores | null = null;
  const cutter = new Door<CutterApi>({
    start: () => new Worker(new URL("./cutter.worker.ts", import.meta.url), { type: "module", name: "cutter" }),
    restore: async (api) => {
      if (opened) await api.open(...opened);
      if (opened && scores) await api.takeScores(scores);
      if (opened && cut) await api.preview(cut);
    },
    onRestart: tell("cutter"),
  });

  /** Numbers for the dynamic axes of the open model, which the runner needs as well. */
  const sizes = () => opened?.[2] ?? {};
  /** The same for every model that was opened, by its file: the learner may still work on one that no longer is. */
  const known = new WeakMap<Uint8Array, Record<string, number>>();
  const sizesOf = (original: Uint8Array) => known.get(original) ?? {};

  const held = new Map<Which, Uint8Array>();
  const runner = new Door<RunnerApi>({
    start: () => new Worker(new URL("./runner.worker.ts", import.meta.url), { type: "module", name: "runner" }),
    restore: async (api) => {
      for (const [which, bytes] of held) await api.load(which, bytes, sizes());
    },
    onRestart: tell("runner"),
  });

  const heldByPeer = new Map<Which, Uint8Array>();
  let peer: Door<PeerApi> | null = null;
  const peerDoor = () =>
    (peer ??= new Door<PeerApi>({
      start: () => new Worker(new URL("./peer.worker.ts", import.meta.url), { type: "module", name: "peer" }),
      restore: async (api) => {
        for (const [which, bytes] of heldByPeer) await api.load(which, bytes, sizes());
      },
      onRestart: tell("peer"),
    }));

  let learner: Door<LearnerApi> | null = null;
  const learnerDoor = () =>
    (learner ??= new Door<LearnerApi>({
      start: () => new Worker(new URL("./learner.worker.ts", import.meta.url), { type: "module", name: "learner" }),
      // What was under way is lost; the page keeps every finished model, and the best one on the way of a recovery.
      restore: () => Promise.resolve(),
      onRestart: tell("learner"),
    }));

  return {
    cutter: {
      criteria: () => cutter.call((api) => api.criteria()),
      async open(...model) {
        const summary = await cutter.call((api) => api.open(...model));
        opened = model;
        known.set(model[0], model[2]);
        cut = null;
        scores = null;
        return summary;
      },
      parsePreset: (text) => cutter.call((api) => api.parsePreset(text)),
      parseRecipe: (text) => cutter.call((api) => api.parseRecipe(text)),
      async preview(recipe) {
        const preview = await cutter.call((api) => api.preview(recipe));
        cut = recipe;
        return preview;
      },
      heatmap: (request) => cutter.call((api) => api.heatmap(request)),
      scores: (layer) => cutter.call((api) => api.scores(layer)),
      histogram: (layer, bins) => cutter.call((api) => api.histogram(layer, bins)),
      pack: (photo, preset) => cutter.call((api) => api.pack(photo, preset)),
      elsewhere: () => cutter.call((api) => api.elsewhere()),
      checkElsewhere: (masked, packed) => cutter.call((api) => api.checkElsewhere(masked, packed)),
      async takeScores(taken) {
        await cutter.call((api) => api.takeScores(taken));
        scores = taken;
      },
      remainder: (before, after) => cutter.call((api) => api.remainder(before, after)),
      withScores: (qualities) => cutter.call((api) => api.withScores(qualities)),
      withLosses: (curves) => cutter.call((api) => api.withLosses(curves)),
    },
    runner: {
      async load(which, bytes) {
        await runner.call((api) => api.load(which, bytes, sizes()));
        held.set(which, bytes);
      },
      prepare: (photo, preset) => runner.call((api) => api.prepare(photo, preset)),
      run: (which, input) => runner.call((api) => api.run(which, input)),
      measure: (which, input, runs) => runner.call((api) => api.measure(which, input, runs)),
      compare: (original, pruned, probabilities, preset) =>
        runner.call((api) => api.compare(original, pruned, probabilities, preset)),
      summarize: (comparisons, original, pruned) => runner.call((api) => api.summarize(comparisons, original, pruned)),
      difference: (ours, theirs) => runner.call((api) => api.difference(ours, theirs)),
    },
    peer: {
      async load(which, bytes) {
        await peerDoor().call((api) => api.load(which, bytes, sizes()));
        heldByPeer.set(which, bytes);
      },
      run: (which, input) => peerDoor().call((api) => api.run(which, input)),
      measure: (which, input, runs) => peerDoor().call((api) => api.measure(which, input, runs)),
      answer: (bytes, inputs) => peerDoor().call((api) => api.answer(bytes, inputs)),
    },
    learner: {
      plan: (method, preset, chosen = {}) => learnerDoor().call((api) => api.plan(method, preset, chosen)),
      gather: (...set) => learnerDoor().call((api) => api.gather(...set)),
      add: (photo, folder, toTest) => learnerDoor().call((api) => api.add(photo, folder, toTest)),
      addStack: (stack, toTest) => learnerDoor().call((api) => api.addStack(stack, toTest)),
      readIdx: (...files) => learnerDoor().call((api) => api.readIdx(...files)),
      placesOf: (...photos) => learnerDoor().call((api) => api.placesOf(...photos)),
      recover: (original, pruned, plan) =>
        learnerDoor().call((api) => api.recover(original, pruned, plan, sizesOf(original))),
      prepare: () => learnerDoor().call(async (api) => await api.prepare()),
      begin: () => learnerDoor().call((api) => api.begin()),
      advance: () => learnerDoor().call((api) => api.advance()),
      judge: () => learnerDoor().call((api) => api.judge()),
      checkpoint: (after) => learnerDoor().call((api) => api.checkpoint(after)),
      lostHelpers: () => learnerDoor().call((api) => api.lostHelpers()),
      conclude: () => learnerDoor().call((api) => api.conclude()),
      finish: () => learnerDoor().call((api) => api.finish()),
      toLine: (original, recipe, plan, aim) =>
        learnerDoor().call((api) => api.toLine(original, recipe, plan, aim, sizesOf(original))),
      resumeLine: (original, state, best) =>
        learnerDoor().call((api) => api.resumeLine(original, state, best, sizesOf(original))),
      round: () => learnerDoor().call((api) => api.round()),
      beginScores: (model, criterion, seed) =>
        learnerDoor().call((api) => api.beginScores(model, criterion, seed, sizesOf(model))),
      advanceScores: () => learnerDoor().call((api) => api.advanceScores()),
      finishScores: () => learnerDoor().call((api) => api.finishScores()),
      beginTest: () => learnerDoor().call((api) => api.beginTest()),
      advanceTrial: () => learnerDoor().call((api) => api.advanceTrial()),
      finishTrial: () => learnerDoor().call((api) => api.finishTrial()),
    },
    prober() {
      const door = new Door<LearnerApi>({
        start: () => new Worker(new URL("./learner.worker.ts", import.meta.url), { type: "module", name: "prober" }),
        // Probes stand alone, so whoever asked for one that is lost tells the visitor.
        restore: () => Promise.resolve(),
        onRestart: () => undefined,
      });
      return {
        gather: (...set) => door.call((api) => api.gather(...set)),
        add: (photo, folder, toTest) => door.call((api) => api.add(photo, folder, toTest)),
        addStack: (stack, toTest) => door.call((api) => api.addStack(stack, toTest)),
        sensitivity: (original, recipe, levels, seed, before) =>
          door.call((api) => api.sensitivity(original, recipe, levels, seed, before, sizesOf(original))),
        prepare: () => door.call(async (api) => await api.prepare()),
        begin: () => door.call((api) => api.begin()),
        found: () => door.call((api) => api.found()),
        takeFound: (found) => door.call((api) => api.takeFound(found)),
        beginLayers: () => door.call((api) => api.beginLayers()),
        beginProbe: (index) => door.call((api) => api.beginProbe(index)),
        advanceProbe: () => door.call((api) => api.advanceProbe()),
        finishProbe: () => door.call((api) => api.finishProbe()),
        withProbe: (curves, probe) => door.call((api) => api.withProbe(curves, probe)),
        guide: (original, curves, recipe) => door.call((api) => api.guide(original, curves, recipe, sizesOf(original))),
        sweep: (original, recipe) => door.call((api) => api.sweep(original, recipe, sizesOf(original))),
        beginCut: (kept) => door.call((api) => api.beginCut(kept)),
        finishCut: () => door.call((api) => api.finishCut()),
        end: () => door.end(),
      };
    },
    cancel(which) {
      if (which === "cutter") cutter.cancel();
      else if (which === "runner") runner.cancel();
      else if (which === "learner") learner?.cancel();
      else peer?.cancel();
    },
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
