import { expect, test } from "vitest";
import { summary } from "../../../tests/page/core-double";
import { suggestion } from "./suggestion";

test("whole branches are suggested where there are photos to choose them by, and enough of them", () => {
  const model = summary("model");
  const branch = (share: number) => ({ name: "add", layers: [0], macs: share * model.totals.macs });
  const residual = { ...model, branches: [branch(0.2), branch(0.2)] };
  expect(suggestion(residual, true)).toMatchObject({ granularity: "branch", criterion: "divergence" });
  for (const channels of [suggestion(residual, false), suggestion({ ...model, branches: [branch(0.2)] }, true)]) {
    expect(channels).toMatchObject({ granularity: "channel", criterion: "l2" });
    expect(channels.target!.macs).toBeLessThan(1);
  }
  expect(suggestion(model, true).granularity).toBe("channel");
});
