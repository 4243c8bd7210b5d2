import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@lethe/checkpoint';
import { savedConfigJson } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { AdaptationEvaluation, ForgettingEvaluation, RunEvaluation } from '@lethe/report';
import { RunLock } from '@lethe/run-folder';
import type { Trial } from '@lethe/sweep';
import type { PlannedTrial } from './plan-trials.js';
import { parseSweepState, sweepStateText, type SweepState } from './sweep-state.js';

/** A name for a folder, made of the time. */
export function nameOfNow(prefix: string): string {
  return `${prefix}-${new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}`;
}

/** The folder of a sweep: `sweep.json`, `configs/` and `trials/` with a run's folder for each trial. */
export class SweepFolder {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  get trials(): string {
    return join(this.folder, 'trials');
  }

  /** @throws LetheError RUN_EXISTS */
  static async create(folder: string): Promise<SweepFolder> {
    await mkdir(join(folder, '..'), { recursive: true });
    await mkdir(folder).catch((error: unknown) => {
      throw new LetheError('RUN_EXISTS', `--name: expected the name of a new sweep, found ${folder}; go on with it by --resume`, { cause: error });
    });
    const sweep = new SweepFolder(folder);
    await mkdir(join(folder, 'configs'));
    await mkdir(sweep.trials);
    return sweep;
  }

  /** @throws LetheError RUN_MISSING */
  static open(folder: string): SweepFolder {
    if (existsSync(join(folder, 'sweep.json'))) return new SweepFolder(folder);
    throw new LetheError('RUN_MISSING', `--resume: expected the folder of a sweep with sweep.json, found none at ${folder}`);
  }

  /** @throws LetheError CONFIG_INVALID */
  async read(): Promise<SweepState> {
    const file = join(this.folder, 'sweep.json');
    return parseSweepState(await readFile(file, 'utf8'), file);
  }

  /** Keeps other processes from playing the sweep. @throws LetheError RUN_LOCKED */
  async lock(): Promise<RunLock> {
    return RunLock.acquire(join(this.folder, 'lock'), this.folder);
  }

  async write(state: SweepState): Promise<void> {
    await this.writeFile('sweep.json', sweepStateText(state));
  }

  async writeFile(name: string, text: string): Promise<void> {
    await writeFileAtomically(join(this.folder, name), [Buffer.from(text)]);
  }

  /** Writes down the trials that are to be played. */
  async begin(planned: readonly PlannedTrial[], state: Omit<SweepState, 'trials'>): Promise<void> {
    const trials = planned.map(({ key, values, config }, index): Trial => ({ name: String(index + 1).padStart(3, '0'), key, values, epochs: config.epochs, state: 'waiting', attempts: 0, figures: {}, message: '' }));
    for (const [index, { name }] of trials.entries()) await this.writeFile(join('configs', `${name}.json`), `${savedConfigJson((planned[index] as PlannedTrial).config)}\n`);
    await this.write({ ...state, trials });
  }

  configFile(trial: string): string {
    return join(this.folder, 'configs', `${trial}.json`);
  }

  /** Whether the trial has something to go on from. */
  async hasCheckpoint(trial: string): Promise<boolean> {
    const folder = join(this.trials, trial, 'checkpoints');
    return existsSync(folder) && (await readdir(folder)).some((name) => name.endsWith('.safetensors'));
  }

  async removeTrial(trial: string): Promise<void> {
    await rm(join(this.trials, trial), { recursive: true, force: true });
  }

  /** Epochs that the trial has completed so far, with the figures of the held-out images. */
  async epochs(trial: string): Promise<{ epoch: number; figures: Record<string, number> }[]> {
    const text = await readFile(join(this.trials, trial, 'metrics.jsonl'), 'utf8').catch(() => '');
    // A line may be half written.
    return text.split('\n').filter((line) => line.startsWith('{"kind":"epoch"') && line.endsWith('}')).map((line) => {
      const { epoch, ...figures } = JSON.parse(line) as Record<string, number> & { epoch: number };
      return { epoch, figures: Object.fromEntries(Object.entries(figures).filter(([name]) => name.startsWith('held_out/'))) };
    });
  }

  /** What a trial measured at its end; null if it has not. */
  async evaluation(trial: string): Promise<RunEvaluation | null> {
    return JSON.parse(await readFile(join(this.trials, trial, 'evaluation.json'), 'utf8').catch(() => 'null')) as RunEvaluation | null;
  }

  /** Figures of a trial that ended, out of its summary and its evaluation. */
  async figures(trial: string): Promise<Record<string, number>> {
    const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(this.trials, trial, name), 'utf8').catch(() => 'null'));
    const summary = (await read('summary.json')) as { test: Record<string, number>; rounds: number; wall_seconds: number } | null;
    const evaluation = await this.evaluation(trial);
    return {
      ...(summary === null ? {} : { rounds: summary.rounds, wall_seconds: summary.wall_seconds, ...summary.test }),
      ...(evaluation === null ? {} : evaluationFigures(evaluation)),
    };
  }
}

/** Of three seeds of a probe the mean counts. */
function forgettingFigures({ probes, swap, reconstruction, style }: ForgettingEvaluation): Record<string, number> {
  const latent = probes.filter(({ input, labels }) => input === 'latent' && labels === 'true');
  const accuracies = latent.map(({ probe, seeds }) => [`probe_${probe}`, seeds.reduce((sum, { figures }) => sum + figures.accuracy / seeds.length, 0)] as const);
  return { ...Object.fromEntries(accuracies), swap: swap.off_diagonal, reconstruction_mse: reconstruction.mean, slant_kept: style.slant_correlation, thickness_kept: style.thickness_correlation };
}

/** Of the target's test examples. */
function adaptationFigures({ domains, target }: AdaptationEvaluation): Record<string, number> {
  const { accuracy = null, auroc = null } = domains.find(({ name }) => name === target) ?? {};
  return { ...(accuracy === null ? {} : { target_accuracy: accuracy }), ...(auroc === null ? {} : { target_auroc: auroc }) };
}

function evaluationFigures(evaluation: RunEvaluation): Record<string, number> {
  return evaluation.kind === 'forgetting' ? forgettingFigures(evaluation) : adaptationFigures(evaluation);
}
