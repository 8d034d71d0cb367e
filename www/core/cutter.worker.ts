/** The worker that holds the open model and its current cut. */
import init, { criteria, Cutter, remainderOf, withLosses, withScores } from "../pkg/secateur";
import { serve } from "./serve";

const functions = { criteria, remainderOf, withLosses, withScores };

export type CutterApi = Cutter & typeof functions;
serve(init().then(() => [new Cutter(), functions]));
