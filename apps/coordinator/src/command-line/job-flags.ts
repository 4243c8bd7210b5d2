import { plainText, type FlagValue, type HelpedFlag } from '@lethe/config/flags';
import { FILE, type FlagReader } from './flag-values.js';

/** What flags say of a job that is submitted. Undefined: not said. */
export interface JobWords {
  readonly partition: string | undefined;
  readonly account: string | undefined;
  readonly time: string | undefined;
  /** Further arguments of `sbatch`, with their dashes. */
  readonly sbatch: readonly string[];
  /** Absolute path of a file for its script, which is not submitted then. */
  readonly scriptOut: string | undefined;
}

/** A name as administrators of clusters give them. */
const WORD: FlagValue = {
  placeholder: '<name>', expected: 'a name', read: (text) => (/^[\w.,@-]+$/.test(text) ? text : undefined), isOne: true,
};
/** A job is told two minutes before its end, which Slurm counts in minutes: one that is shorter would only begin again and again. */
const LEAST_MINUTES = 5;
const TIME: FlagValue = {
  placeholder: '<time>', expected: `minutes, or a time like 4:00:00 or 1-12:00:00, of at least ${LEAST_MINUTES} minutes`,
  read: (text) => (minutesOf(text) >= LEAST_MINUTES ? text : undefined),
};
const ARGUMENTS: FlagValue = {
  placeholder: '<arguments>', expected: 'arguments of sbatch without their dashes, such as "qos=long constraint=a100"', read: plainText,
  isOne: true,
};

/** A time as Slurm reads it: MINUTES[:SECONDS], HOURS:MINUTES:SECONDS or DAYS-HOURS[:MINUTES[:SECONDS]]. NaN for anything else. */
function minutesOf(text: string): number {
  const [, days, first, second = '0', third] = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text) ?? [];
  const hasHours = days !== undefined || third !== undefined;
  return hasHours ? 24 * 60 * Number(days ?? 0) + 60 * Number(first) + Number(second) : Number(first);
}

/** Flags of a job that is submitted; those with values. */
export const JOB_FLAGS: readonly HelpedFlag[] = [
  { name: 'partition', help: 'with --on slurm: partition of the job', value: WORD, otherwise: "the cluster's own" },
  { name: 'account', help: 'with --on slurm: who pays for the job', value: WORD, otherwise: "the user's own" },
  {
    name: 'time', help: 'with --on slurm: longest that the job runs at a time; it then goes on', value: TIME,
    otherwise: 'what the partition allows',
  },
  {
    name: 'sbatch', help: 'with --on slurm: further arguments of sbatch without dashes, like "qos=long"', value: ARGUMENTS,
    otherwise: 'none',
  },
  {
    name: 'script-out', help: "with --on slurm: write the job's script into this file, and submit nothing", value: FILE,
    otherwise: 'none',
  },
];

/** Reads these flags, and keeps what is wrong with them. */
export function readJob(reader: FlagReader, { folder, isSubmitted }: { readonly folder: string; readonly isSubmitted: boolean }): JobWords {
  const words = (reader.text('sbatch', ARGUMENTS) ?? '').split(' ').filter((word) => word !== '');
  for (const { name } of JOB_FLAGS) {
    if (!isSubmitted && reader.isGiven(name))
      reader.problems.push({ where: `--${name}`, expected: 'it only together with --on slurm', found: 'this machine' });
  }
  return {
    partition: reader.text('partition', WORD) ?? undefined, account: reader.text('account', WORD) ?? undefined,
    time: reader.text('time', TIME) ?? undefined, sbatch: words.map((word) => `--${word}`),
    scriptOut: reader.path('script-out', folder) ?? undefined,
  };
}
