import { localProgram } from '@lethe/programs';

/** How a process is started. */
export interface ProgramStart {
  /** Absolute path of its main module. */
  readonly entry: string;
  /** What Node is told besides. */
  readonly nodeFlags: readonly string[];
  /** Variables that it has beside those of whoever starts it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How a worker is started that joins a run of another machine: Node runs it with the flags of `lethe worker`. */
export function workerProgram(): ProgramStart {
  const { entry, nodeFlags, environment } = localProgram('worker');
  return { entry, nodeFlags, environment };
}
