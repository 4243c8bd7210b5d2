import type { FlagValue } from './flag-values.js';

/** A flag that sets settings of the run's configuration. */
export interface ConfigFlag {
  /** Without the leading dashes. Never the name of an Nx or executor option: Nx would keep it for itself. */
  readonly name: string;
  /** Absent: a switch. */
  readonly value?: FlagValue;
  /** What a switch sets, and what a flag sets that may be given without its value. */
  readonly sets?: boolean | number;
  readonly help: string;
  /** Dotted paths of the settings. */
  readonly paths: readonly string[];
}
