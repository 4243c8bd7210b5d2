import { PlainReporter, type PlainReporterOptions } from './plain-reporter.js';
import type { Reporter } from './progress.js';
import { TerminalReporter } from './terminal-reporter.js';

/** A progress bar on a terminal, plain lines anywhere else. */
export function createReporter(options: PlainReporterOptions): Reporter {
  return options.output.isTTY === true ? new TerminalReporter(options.output) : new PlainReporter(options);
}
