import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lookAtJob, type SlurmJob } from '@lethe/placement';
import { environmentOf, placesOf, type CommonOptions } from '../common-options.js';
import { listRun } from '../overview/list-run.js';
import { listTrials } from '../overview/list-trials.js';
import type { ListedRun } from '../overview/listed-run.js';
import { TrialsFolder } from '../trials/trials-folder.js';
import { findRunOrJob, readJob, type KeptJob } from './job-file.js';

/** Where a run is looked for, and who is asked for its job. */
export type JobLookup = Pick<CommonOptions, 'folder' | 'runsDir' | 'environment' | 'cacheDir'>;

/** How a run is, and the job that plays it. */
export interface RunStatus {
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  /** What its folder says of it; null: its job has not begun it. */
  readonly run: ListedRun | null;
  /** What Slurm says of its job; null: it was not submitted. */
  readonly job: (SlurmJob & KeptJob) | null;
}

/**
 * Says how a run is, or several in one folder: one of this machine, or one that a job plays, before it begins and after it has ended.
 * @param run its folder, or its name below `runsDir`
 * @throws LetheError RUN_MISSING, RUN_INVALID, CONFIG_INVALID; PLACEMENT_FAILED if Slurm cannot be asked for its job
 */
export async function status(run: string, options: JobLookup = {}): Promise<RunStatus> {
  const places = placesOf(options);
  const folder = findRunOrJob(run, places);
  const kept = await readJob(folder);
  const job = kept === null ? null : { ...kept, ...await lookAtJob(kept.id, environmentOf(options)) };
  return { name: basename(folder), folder, job, run: await listed(folder) };
}

async function listed(folder: string): Promise<ListedRun | null> {
  const several = TrialsFolder.find(folder, { folder, runsFolder: folder });
  if (several !== null) return (await isBegun(several)) ? listTrials(several) : null;
  return existsSync(join(folder, 'config.json')) ? listRun(folder) : null;
}

/** A sweep whose runs are played by tasks of a job has its folder before. */
async function isBegun(several: TrialsFolder): Promise<boolean> {
  const { trials } = await several.read();
  return trials.some(({ name, state }) => state !== 'waiting' || existsSync(several.runFolder(name)));
}
