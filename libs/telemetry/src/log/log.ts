/** Facts beside a message, by name. `error` is written with its code, its causes and its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line: a message, and facts for whoever filters lines by them. */
type WriteLine = (fields: LogFields, message: string) => void;

/** Where a process is, as far as it knows. It is part of each of its lines. */
export interface LogPosition {
  /** What the process is called: "coordinator", "worker-1", "parameter-server-2". */
  readonly process?: string;
  /** The name of the run's folder. */
  readonly run?: string;
  /** Of the membership, 1-based: each loss of a server begins the next one. */
  readonly epoch?: number;
  /** 1-based, as the terminal and `metrics.jsonl` count. */
  readonly round?: number;
  readonly phase?: string;
}

/** What happens in a process, for whoever looks for a mistake later. Writing never throws. */
export interface Log {
  /** Every message. */
  readonly trace: WriteLine;
  /** Every step and round, and what is only of use with the sources at hand. */
  readonly debug: WriteLine;
  /** What happens a few times in a run. */
  readonly info: WriteLine;
  /** What the run gets over. */
  readonly warn: WriteLine;
  /** What ends a process or a run. */
  readonly error: WriteLine;
  /** Asked for each line. Whoever knows more of it puts another one in its place. */
  position: () => LogPosition;
}

/** A log that keeps nothing. */
export function noLog(): Log {
  const nothing = (): void => undefined;
  return { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, position: () => ({}) };
}
