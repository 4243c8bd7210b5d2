import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { workerProgram } from '@lethe/lethe';
import { ENDING_SIGNALS } from '../signals/ending-signals.js';

interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the folder where the user typed. */
  readonly folder: string;
}

/**
 * Runs a worker that joins by hand, in a process that is started like those of a run, and waits for it.
 * @returns its exit code, or 128 + the signal that ended it
 */
export async function runWorker(argv: readonly string[], { environment, folder }: Surroundings): Promise<number> {
  const { entry, nodeFlags, environment: itsOwn } = workerProgram();
  const child = spawn(process.execPath, [...nodeFlags, entry, ...argv], {
    stdio: 'inherit',
    env: { ...itsOwn, ...environment, INIT_CWD: folder },
  });
  const isOnTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  /** Ctrl-C on a terminal is sent to both by the terminal itself. */
  const passOn = (signal: NodeJS.Signals): void => { if (signal !== 'SIGINT' || !isOnTerminal) child.kill(signal); };
  for (const signal of ENDING_SIGNALS) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => { resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])); });
    });
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, passOn);
  }
}
