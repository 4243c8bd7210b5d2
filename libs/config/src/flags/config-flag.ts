import type { FlagValue } from './flag-values.js';

/** A flag as the help shows it. */
export interface HelpedFlag {
  /** Without the leading dashes. Never the name of an Nx or executor option: Nx would keep it for itself. */
  readonly name: string;
  /** Absent: a switch. */
  readonly value?: FlagValue;
  readonly help: string;
  /** What holds if it is not given, in words, where no recipe says it. */
  readonly otherwise?: string;
}

/** A flag that sets settings of the run's configuration. */
export interface ConfigFlag extends HelpedFlag {
  /** What a switch sets, and what a flag sets that may be given without its value. */
  readonly sets?: boolean | number;
  /** Dotted paths of the settings. */
  readonly paths: readonly string[];
}

/** The key of a flag's value where values have names: `kebabCase` for `--kebab-case`. Commander keeps it so, and programs give it so. */
export function optionKey(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
