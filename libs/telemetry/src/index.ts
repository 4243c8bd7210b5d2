export { createReporter } from './create-reporter.js';
export { formatCount, formatDuration, formatFigures, formatNumber } from './format.js';
export { LineLogger, type LineLoggerOptions } from './line-logger.js';
export { Output, type OutputStream } from './output.js';
export type { PlainReporterOptions } from './plain-reporter.js';
export type { Reporter, RunProgress } from './progress.js';
export { type Clock, monotonicSeconds, RateMeter, type RateMeterOptions } from './rate-meter.js';
