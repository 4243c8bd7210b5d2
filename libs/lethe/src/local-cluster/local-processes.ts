import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessStart } from '@lethe/programs';

/** A process to start. */
export interface LocalProcess {
  /** Path of its main module. */
  readonly entry: string;
  /** Working folder. */
  readonly folder: string;
  /** Besides those of this process. */
  readonly nodeFlags: readonly string[];
  /** File that takes what it prints. */
  readonly printedFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly start: ProcessStart;
}

/** How long a process may take to end after it was asked to, before it is killed. */
const GRACE_MS = 2000;

/**
 * The processes of a run on this machine. They end when they are asked to, when the coordinator's end of their channel
 * goes away (however it dies), or by force; none outlives the run.
 */
export class LocalProcesses {
  readonly #children = new Map<string, ChildProcess>();
  readonly #ended = new Set<Promise<void>>();
  readonly #onExit: (incarnation: string, how: string) => void;

  constructor(onExit: (incarnation: string, how: string) => void) {
    this.#onExit = onExit;
  }

  start({ entry, folder, nodeFlags, printedFile, environment, start }: LocalProcess): void {
    mkdirSync(dirname(printedFile), { recursive: true });
    const printed = openSync(printedFile, 'a');
    const child = fork(entry, [], {
      cwd: folder,
      env: environment,
      execArgv: [...process.execArgv, ...nodeFlags],
      stdio: ['ignore', printed, printed, 'ipc'],
    });
    closeSync(printed);
    this.#children.set(start.incarnation, child);
    const ended = new Promise<void>((resolve) => {
      let hasEnded = false;
      const end = (how: string): void => {
        if (hasEnded) return;
        hasEnded = true;
        this.#children.delete(start.incarnation);
        resolve();
        this.#onExit(start.incarnation, `${how}; it printed to ${printedFile}`);
      };
      child.once('exit', (code, signal) => { end(signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`); });
      child.once('error', (error) => { end(`it did not start (${error.message})`); });
    });
    this.#ended.add(ended);
    void ended.finally(() => this.#ended.delete(ended));
    child.send(start, () => undefined); // a child that is gone already is reported by its exit
  }

  /** Waits until all have ended on their own, then ends the rest by force. */
  async end(): Promise<void> {
    const force = setTimeout(() => { this.killAll(); }, GRACE_MS);
    await Promise.all(this.#ended);
    clearTimeout(force);
  }

  kill(incarnation: string): void {
    this.#children.get(incarnation)?.kill('SIGKILL');
  }

  killAll(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }
}
