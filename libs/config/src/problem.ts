import { LetheError } from '@lethe/errors';

/** One thing that is wrong with a configuration or a flag. */
export interface Problem {
  /** A path into the configuration, or a flag. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

const LONGEST_FOUND = 80;

/** A value as it is shown in a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text;
}

/** CONFIG_INVALID with every problem once, in the order found. `details.problems` has the problems as data. */
export function problemsError(problems: readonly Problem[]): LetheError {
  const lines = [...new Set(problems.map(({ where, expected, found }) => `${where}: expected ${expected}, found ${found}`))];
  const message = lines.length === 1 ? lines.join('') : [`${lines.length} problems:`, ...lines.map((line) => `  ${line}`)].join('\n');
  return new LetheError('CONFIG_INVALID', message, { details: { problems: [...problems] } });
}
