import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LAST_ERRORS, openPrinted } from '../child-end.js';
import type { PlacedProcess, ProcessEnd, ProcessToPlace } from '../placement.js';
import { stepArguments, stepEnvironment } from './step-arguments.js';
import { stepEnd } from './step-end.js';
import { startedStep, type StartedStep } from './step-script.js';

/** How long `srun` may take to end a step. It would wait longer for a node that is gone; the controller hears of that by itself. */
const PATIENCE_MS = 10_000;
/** What Slurm's daemon says of a step that is asked to end. */
const CANCELLED = /^\*\*\* STEP \S+ ON \S+ CANCELLED AT /;
/** What `srun` says itself, and what Slurm's daemon says of the step. */
const OF_SLURM = /^(?:srun|slurmstepd\S*): (?:error: )?(.*)$/;

export interface SlurmStepOptions {
  readonly process: ProcessToPlace;
  /** Of the job. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** File with the process's message; null: there is none. */
  readonly messageFile: string | null;
  /** Called when somebody else than this process ends the step. */
  readonly onCancelled: () => void;
}

/** A process that is a step of a job. It is a child of `srun`, which is a child of this process. */
export class SlurmStep implements PlacedProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #options: SlurmStepOptions;
  readonly #srun: ChildProcess;
  readonly #slurmsLines: string[] = [];
  readonly #printed: { readonly file: string | null; readonly stdout: number | 'ignore' };
  #errors = '';
  #started: StartedStep | null = null;
  #isAskedToEnd = false;

  /** @throws whatever keeps the file for what is printed from being opened */
  constructor(options: SlurmStepOptions) {
    this.#options = options;
    const { process, environment, messageFile } = options;
    this.#printed = openPrinted(process.printedFile);
    this.#srun = spawn('srun', stepArguments(process, environment, messageFile), {
      cwd: process.folder,
      env: stepEnvironment(environment, process.environment),
      // In a process group of its own: Ctrl-C at the terminal is for whoever placed it to pass on, once.
      detached: true,
      stdio: ['pipe', this.#printed.stdout, 'pipe'],
    });
    // What the process reads after its message is only ever the end.
    this.#srun.stdin?.on('error', () => undefined);
    if (this.#srun.stderr !== null) createInterface({ input: this.#srun.stderr }).on('line', (line) => { this.#heard(line); });
    this.ended = this.#end();
  }

  interrupt(): void {
    this.#isAskedToEnd = true;
    if (this.#started === null) this.kill();
    else this.#signal('TERM', this.#started);
  }

  /** `srun` ends its step by SIGKILL when it is asked to end, and gives up one that waits for a node. */
  kill(): void {
    this.#isAskedToEnd = true;
    this.#srun.kill('SIGTERM');
    const force = setTimeout(() => {
      this.#srun.kill('SIGKILL');
      if (this.#started !== null) this.#signal('KILL', this.#started);
    }, PATIENCE_MS);
    void this.ended.finally(() => { clearTimeout(force); });
  }

  #signal(name: 'TERM' | 'KILL', { id }: StartedStep): void {
    // One that has ended meanwhile takes no signal.
    execFile('scancel', [`--signal=${name}`, id], { env: this.#options.environment }, () => undefined);
  }

  #heard(line: string): void {
    const started = this.#started === null ? startedStep(line) : null;
    if (started !== null) {
      this.#started = started;
      this.#options.process.onStarted(started.host);
      return;
    }
    const ofSlurm = OF_SLURM.exec(line)?.[1];
    if (ofSlurm !== undefined) this.#slurmsLines.push(ofSlurm);
    if (ofSlurm !== undefined && !this.#isAskedToEnd && CANCELLED.test(ofSlurm)) this.#options.onCancelled();
    const { stdout } = this.#printed;
    if (stdout === 'ignore') this.#errors = `${this.#errors}${line}\n`.slice(-LAST_ERRORS);
    else writeSync(stdout, `${line}\n`);
  }

  #end(): Promise<ProcessEnd> {
    const { stdout, file } = this.#printed;
    return new Promise((resolve) => {
      const end = ({ code, how }: Omit<ProcessEnd, 'errors'>): void => {
        if (stdout !== 'ignore') closeSync(stdout);
        const { messageFile } = this.#options;
        if (messageFile !== null) rmSync(messageFile, { force: true });
        resolve({ code, how: file === null ? how : `${how}; it printed to ${file}`, errors: this.#errors });
      };
      this.#srun.once('error', (error) => { end({ code: null, how: `it did not start (${error.message})` }); });
      this.#srun.once('close', (code, signal) => {
        end(stepEnd({ code, signal, host: this.#started?.host ?? null, slurmsLines: this.#slurmsLines }));
      });
    });
  }
}
