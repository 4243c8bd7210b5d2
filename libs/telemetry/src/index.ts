export { formatBytes, formatCount, formatDuration, formatFigures, formatNumber, formatTable } from './format.js';
export type { OutputStream } from './output.js';
export { QuietReporter, type PlainReporterOptions } from './plain-reporter.js';
export { TrialsReporter, type TrialProgress } from './trials-reporter.js';
export { createReporter } from './terminal-reporter.js';
export type { ExamplesReporter, MeasuringProgress, Reporter, RunProgress } from './progress.js';
export { type Clock, RateMeter, type RateMeterOptions } from './rate-meter.js';
