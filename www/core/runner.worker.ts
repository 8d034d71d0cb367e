/** The worker that runs exported models on photos and measures them. */
import init, { Runner } from "../pkg/secateur";

export type RunnerApi = Runner;
export const served = init().then(() => [new Runner()]);
