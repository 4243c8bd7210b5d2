import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { jobFolder } from '@lethe/run-folder';
import type { Places } from '../requests.js';

const FILE = 'job.json';
/** Any of them makes a folder that of a run, of several runs, or of a job that will play them. */
const SIGNS = ['config.json', 'sweep.json', join('job', FILE)];

/** The job that was submitted last to play a run. */
export interface KeptJob {
  readonly scheduler: 'slurm';
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly submitted: string;
}

/** Paths below the folder of a run, of what is known of its job. */
export function jobFiles(run: string): { readonly folder: string; readonly script: string; readonly output: string } {
  const folder = jobFolder(run);
  return { folder, script: join(folder, 'batch.sh'), output: join(folder, 'output.txt') };
}

/** Keeps what is known of a run's job. @throws LetheError STORAGE_FAILED */
export async function keepJob(run: string, job: KeptJob): Promise<void> {
  await writeFileAtomically(join(jobFolder(run), FILE), [Buffer.from(`${JSON.stringify(job, null, 2)}\n`)]);
}

/** The job of a run; null: it was not submitted. @throws LetheError RUN_INVALID for a file that says something else */
export async function readJob(run: string): Promise<KeptJob | null> {
  const file = join(jobFolder(run), FILE);
  if (!existsSync(file)) return null;
  try {
    const { scheduler, id, submitted } = JSON.parse(await readFile(file, 'utf8')) as Partial<KeptJob>;
    if (scheduler === 'slurm' && typeof id === 'string' && typeof submitted === 'string') return { scheduler, id, submitted };
  } catch {
    // Named below.
  }
  throw new LetheError('RUN_INVALID', `${file}: expected the job of a run as Lethe writes it, found something else`);
}

/** Makes the folder for what is known of a run's job. @throws LetheError STORAGE_FAILED */
export async function makeJobFolder(run: string): Promise<void> {
  await mkdir(jobFolder(run), { recursive: true }).catch((error: unknown) => {
    throw new LetheError('STORAGE_FAILED', `${jobFolder(run)}: no folder can be made`, { cause: error });
  });
}

/**
 * The folder of a run, of several runs, or of what is still to be one: a name below the folder that holds runs, or a path.
 * @throws LetheError RUN_MISSING
 */
export function findRunOrJob(name: string, { folder, runsFolder }: Places): string {
  const places = [...new Set([resolve(runsFolder, name), resolve(folder, name)])];
  const found = places.find((place) => SIGNS.some((sign) => existsSync(join(place, sign))));
  if (found !== undefined) return found;
  throw new LetheError('RUN_MISSING', `${name}: expected a run, a sweep or a job, found none at ${places.join(' or ')}`);
}
