/** How much a process writes into its log, from everything to nothing. A level takes in those after it. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
/** How much a process writes into its log. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULT_LOG_LEVEL: LogLevel = 'info';

/** The level of that name; undefined if there is none. */
export function findLogLevel(name: string): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === name);
}
