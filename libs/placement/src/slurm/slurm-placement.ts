import { mkdirSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlacedProcess, Placement, ProcessToPlace } from '../placement.js';
import { isJobPreempted } from './slurm-commands.js';
import { SlurmStep } from './slurm-step.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface SlurmPlacementOptions {
  /** Of a process of the job. */
  readonly environment: Environment;
  /** The job, for Slurm's commands. */
  readonly job: string;
  /** Absolute path of a folder that all nodes see. It is made, takes messages that nobody else may read, and is removed. */
  readonly folder: string;
  /** Called once, when the job has to make room for another one. */
  readonly onPreempted?: (() => void) | undefined;
}

/** What a job has: each process is a step of it, on any of its nodes that has room. Steps wait until there is. */
export class SlurmPlacement implements Placement {
  readonly name: string;
  readonly isHere = false;
  readonly #options: SlurmPlacementOptions;
  readonly #steps = new Set<SlurmStep>();
  #isAsked = false;

  constructor(options: SlurmPlacementOptions) {
    this.name = `Slurm's job ${options.job}`;
    this.#options = options;
  }

  place(process: ProcessToPlace): PlacedProcess {
    const step = new SlurmStep({
      process, environment: this.#options.environment, messageFile: this.#keepMessage(process.message),
      onCancelled: () => { void this.#stepCancelled(); },
    });
    this.#steps.add(step);
    void step.ended.finally(() => { this.#steps.delete(step); });
    return step;
  }

  async close(): Promise<void> {
    const ends = [...this.#steps].map((step) => step.ended);
    for (const step of this.#steps) step.kill();
    await Promise.all(ends);
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  /** Slurm ends the steps of a job that has to make room, and says nothing to what has placed them. */
  async #stepCancelled(): Promise<void> {
    const { environment, job, onPreempted } = this.#options;
    if (onPreempted === undefined || this.#isAsked) return;
    // Its steps are ended together.
    this.#isAsked = true;
    if (await isJobPreempted(job, environment)) onPreempted();
    else this.#isAsked = false;
  }

  /** What `srun` is given crosses the network as it is, and its arguments are seen by everybody. */
  #keepMessage(message: string | null): string | null {
    if (message === null) return null;
    const { folder } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, randomUUID());
    writeFileSync(file, `${message}\n`, { mode: 0o600, flag: 'wx' });
    return file;
  }
}
