/** The worker that runs exported models on photos and measures them. */
import init, { Runner } from "../pkg/secateur";
import { serve } from "./serve";

export type RunnerApi = Runner;
serve(init().then(() => [new Runner()]));
