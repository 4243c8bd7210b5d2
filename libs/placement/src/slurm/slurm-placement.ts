import { mkdirSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlacedProcess, Placement, ProcessToPlace } from '../placement.js';
import { SlurmStep } from './slurm-step.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface SlurmPlacementOptions {
  /** Of a process of the job: SLURM_JOB_ID says which. */
  readonly environment: Environment;
  /** Absolute path of a folder that all nodes see. It is made, takes messages that nobody else may read, and is removed. */
  readonly folder: string;
}

/** What a job has: each process is a step of it, on any of its nodes that has room. Steps wait until there is. */
export class SlurmPlacement implements Placement {
  readonly name: string;
  readonly isHere = false;
  readonly #environment: Environment;
  readonly #folder: string;
  readonly #steps = new Set<SlurmStep>();

  constructor({ environment, folder }: SlurmPlacementOptions) {
    this.name = `Slurm's job ${environment['SLURM_JOB_ID'] ?? ''}`;
    this.#environment = environment;
    this.#folder = folder;
  }

  place(process: ProcessToPlace): PlacedProcess {
    const step = new SlurmStep({ process, environment: this.#environment, messageFile: this.#keepMessage(process.message) });
    this.#steps.add(step);
    void step.ended.finally(() => { this.#steps.delete(step); });
    return step;
  }

  async close(): Promise<void> {
    const ends = [...this.#steps].map((step) => step.ended);
    for (const step of this.#steps) step.kill();
    await Promise.all(ends);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What `srun` is given crosses the network as it is, and its arguments are seen by everybody. */
  #keepMessage(message: string | null): string | null {
    if (message === null) return null;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, randomUUID());
    writeFileSync(file, `${message}\n`, { mode: 0o600, flag: 'wx' });
    return file;
  }
}
