/** The worker that holds the open model and its current cut. */
import init, { criteria, Cutter, embedData, retainedOf, withLosses, withScores } from "../pkg/secateur";

const functions = { criteria, embedData, retainedOf, withLosses, withScores };

export type CutterApi = Cutter & typeof functions;
export const served = init().then(() => [new Cutter(), functions]);
