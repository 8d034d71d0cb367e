/** The product's own page, as a visitor sees it: how soon it can be used, and how long a step of its big slider takes. */
/* global document, window, Worker, MutationObserver, requestAnimationFrame, HTMLInputElement -- in the browser */

const MODEL = "EfficientNet-Lite0";
const ROUNDS = 20;
/** Each step cuts another share, in percent, so that there is always something to draw; the page starts at 0. */
const STEPS = Array.from({ length: 40 }, (_, step) => 31 + ((step * 7) % 40));

/** Time from requesting the page until a model of the gallery can be opened. `address` serves the page. */
export async function pageReady(browser, address) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const start = performance.now();
    await page.goto(address);
    // A trial click waits until the button is there, has stopped moving and accepts clicks, without clicking it.
    await opener(page).click({ trial: true });
    times.push(performance.now() - start);
    await context.close();
  }
  return row("The page, from its address to a model that can be opened", times);
}

/** Time from the slider's input event to the frame that shows all its effects. */
export async function sliderSteps(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(countCalls);
  await page.goto(address);
  await opener(page).click();
  await page.getByTestId("all-photos").waitFor({ timeout: 120_000 });
  const cut = page.getByRole("region", { name: "Cut", exact: true });
  const rows = [];
  for (const [what, choice] of [
    ["channel groups", "Channels"],
    ["weights", "Weights"],
  ]) {
    await cut.getByRole("radio", { name: choice, exact: true }).check({ force: true });
    await page.evaluate(() => window.bench.rest());
    rows.push(row(`${MODEL}, a slider step over ${what}, from input to paint`, await steps(page)));
  }
  // The weights, scores and magnitudes of the last convolution, the largest layer, are drawn as well.
  const network = page.getByRole("region", { name: "Network", exact: true });
  await network.getByRole("option").nth(-2).click();
  await network.getByRole("article").waitFor();
  await page.evaluate(() => window.bench.rest());
  rows.push(row(`${MODEL}, the same over weights with a layer open`, await steps(page)));
  await context.close();
  return rows;
}

const opener = (page) => page.getByRole("listitem").filter({ hasText: MODEL }).getByRole("button", { name: /^Open/ });

/** The milliseconds of each step; the first ones warm up and are not counted. */
async function steps(page) {
  const times = [];
  for (const share of STEPS) times.push(await page.evaluate((share) => window.bench.step(share), share));
  return times.slice(4);
}

function row(name, times) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.round(share * (times.length - 1))];
  return { name, ours: { median: at(0.5), low: at(0.25), high: at(0.75), runs: times.length }, peer: null };
}

/** Runs in the page before its own scripts: keeps track of unanswered calls to workers, and so knows when everything is drawn. */
function countCalls() {
  const pending = new Set();
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => pending.delete(data?.id));
    }
    postMessage(message, ...rest) {
      if (message?.id) pending.add(message.id);
      super.postMessage(message, ...rest);
    }
  };

  /** Waits until the next frame has been painted: a message posted in its callback arrives after that. Returns what `look` saw before. */
  const painted = (look) =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const seen = look();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(seen);
        port2.postMessage(null);
      });
    });
  const isQuiet = () => pending.size === 0;

  window.bench = {
    /** Waits until the page has been idle for a while. */
    async rest() {
      for (let quiet = 0; quiet < 60; quiet = isQuiet() ? quiet + 1 : 0) await painted(isQuiet);
    },
    async step(share) {
      const slider = document.querySelector("#cut-slider");
      const totals = document.querySelector("[data-quantity]").closest("table");
      let hasChanged = false;
      const observer = new MutationObserver(() => (hasChanged = true));
      observer.observe(totals, { subtree: true, characterData: true, childList: true });
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, share);
      const start = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      // Everything is drawn with the first frame that has no unanswered call before it and makes none itself.
      while (!((await painted(() => hasChanged && isQuiet())) && isQuiet()))
        if (performance.now() - start > 10_000) throw new Error(`A cut of ${share} % was never drawn.`);
      const spent = performance.now() - start;
      observer.disconnect();
      return spent;
    },
  };
}
