/** What the tools print: a line when something slow starts, and how long it took when it is done. */

export class StepFailed extends Error {}

const inColor = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text) => (inColor ? `\u001b[1m${text}\u001b[0m` : text);

export function say(text) {
  console.log(text);
}

export function heading(text) {
  console.log(`\n${bold(`── ${text}`)}`);
}

export function seconds(since) {
  const spent = (performance.now() - since) / 1000;
  return spent < 90 ? `${spent.toFixed(1)} s` : `${Math.floor(spent / 60)} min ${Math.round(spent % 60)} s`;
}

export function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

/** Runs a tool's main function. An expected failure is printed in one line, without a stack trace. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof StepFailed ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
