/** The table that `npm run bench` prints. */
import { say } from "../report.mjs";

/** Prints rows `{ name, ours, peer }` in columns, and the time at half the multiply-adds against the dense one. */
export function printRows(rows) {
  const cell = (timing) => `${timing.median.toFixed(1)} ms (${timing.low.toFixed(1)} to ${timing.high.toFixed(1)})`;
  const lines = rows.map((row) => [
    row.name,
    cell(row.ours),
    row.peer ? `${row.peer.name}: ${cell(row.peer)}` : "",
    row.peer ? (row.ours.median / row.peer.median).toFixed(2) : "",
  ]);
  const dense = rows.find((row) => row.name.endsWith("dense"));
  const half = rows.find((row) => row.name.includes("50 %") && row.peer);
  const table = [["", "ours", "peer", "ratio"], ...lines];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  for (const line of table)
    say(
      line
        .map((text, column) => text.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
  if (dense && half) {
    say(`\nAt 50 % of the multiply-adds: ${(half.ours.median / dense.ours.median).toFixed(2)} of our own dense time.`);
  }
}
