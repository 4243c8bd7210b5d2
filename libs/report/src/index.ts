export { lineChart } from './charts.js';
export { seedsReport, type SeedCurve, type SeedsReport } from './seeds-report.js';
export { frontSvg, sweepReport, type SweepReport } from './sweep-report.js';
export { runReport, type Figures, type RunReport } from './run-report.js';
export { adaptationReport, leftOut, mostFrequentShare, type AdaptationReport } from './adaptation-report.js';
export { comparisonReport, type ComparisonReport } from './comparison-report.js';
export { onPlane, type LatentPlaces } from './latent-map.js';
export { percent, shownExamples, shownInterval, shownPercents, spread } from './shown-figures.js';
export { accuracyInterval, bestProbe, plainVerdict, scoredBy, type BestProbe } from './verdict.js';
