import { spawn, type ChildProcess } from 'node:child_process';
import { hostname } from 'node:os';
import { endOf, openPrinted } from './child-end.js';
import type { PlacedProcess, Placement, ProcessToPlace } from './placement.js';

/** This machine: each process is a child of this one. Whoever places them has counted the cores and GPUs. */
export class LocalPlacement implements Placement {
  readonly name = 'this machine';
  readonly isHere = true;
  readonly #children = new Set<ChildProcess>();
  readonly #environment: Readonly<Record<string, string | undefined>>;

  /** @param environment what its processes have beside their own variables */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  place({ command: [executable = '', ...argv], folder, environment, message, printedFile, onStarted }: ProcessToPlace): PlacedProcess {
    const printed = openPrinted(printedFile);
    const child = spawn(executable, argv, {
      cwd: folder,
      env: { ...this.#environment, ...environment },
      // In a process group of its own: Ctrl-C at the terminal is for whoever placed it to pass on, once.
      detached: true,
      stdio: ['pipe', printed.stdout, printed.stderr],
    });
    this.#children.add(child);
    child.once('spawn', () => { onStarted(hostname()); });
    if (message !== null) child.stdin?.write(`${message}\n`);
    const ended = endOf(child, printed).finally(() => { this.#children.delete(child); });
    return { ended, interrupt: () => { child.kill('SIGTERM'); }, kill: () => { child.kill('SIGKILL'); } };
  }

  async close(): Promise<void> {
    const ends = [...this.#children].map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ends);
  }
}
