import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RayEvent, RayOpening, RayWish } from './ray-event.js';

/** Characters of what it wrote last to standard error: what Ray says when it cannot go on. */
const LAST_ERRORS = 10_000;
/** How long it may take to end all processes, when it is asked to end. */
const GRACE_MS = 20_000;

export interface RayModuleOptions {
  /** Name or path of the interpreter that has the package `ray`. */
  readonly python: string;
  /** Path of the folder of the module. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onEvent: (event: RayEvent) => void;
}

/** The Python module that speaks to Ray: a child of this process, which ends with it. */
export class RayModule {
  /** Why it ended, in words. Never rejected. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #errors = '';

  constructor({ python, module, environment, onEvent }: RayModuleOptions) {
    this.#child = spawn(python, ['-u', '-B', module], {
      env: environment,
      // In a process group of its own: Ctrl-C at the terminal is for whoever places processes to pass on.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ended = this.#end(python);
    // A child that is gone takes no wish: its end says so.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.on('data', (text: Buffer) => { this.#errors = (this.#errors + text.toString()).slice(-LAST_ERRORS); });
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => { onEvent(JSON.parse(line) as RayEvent); });
  }

  tell(wish: RayOpening | RayWish): void {
    this.#child.stdin?.write(`${JSON.stringify(wish)}\n`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Has it end all processes, then itself. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    const force = setTimeout(() => { this.kill(); }, GRACE_MS);
    await this.ended;
    clearTimeout(force);
  }

  #end(python: string): Promise<string> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
        resolve(`${python}: expected a Python that has the package ray, found ${isMissing ? 'no such program' : error.message}`);
      });
      this.#child.once('close', (code, signal) => {
        const last = this.#errors.trim().split('\n').at(-1) ?? '';
        const how = signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`;
        resolve(`the connection to Ray ended (${how})${last === '' ? '' : `: ${last}`}`);
      });
    });
  }
}
