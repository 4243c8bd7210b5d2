export { createReporter } from './create-reporter.js';
export { formatCount, formatDuration, formatFigures, formatNumber } from './format.js';
export { type OutputStream } from './output.js';
export type { PlainReporterOptions } from './plain-reporter.js';
export { TrialsReporter, type TrialProgress } from './trials-reporter.js';
export { QuietReporter } from './quiet-reporter.js';
export type { Reporter, RunProgress } from './progress.js';
export { type Clock, RateMeter, type RateMeterOptions } from './rate-meter.js';
