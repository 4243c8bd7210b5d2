export { frontSvg, sweepReport, type SweepReport } from './sweep-report.js';
export { runReport, type Figures, type RunReport } from './run-report.js';
export type { ProbeFigures, ProbeRow, RunEvaluation } from './run-evaluation.js';
export { spread, verdict } from './verdict.js';
