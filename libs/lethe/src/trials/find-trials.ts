import { LetheError } from '@lethe/errors';
import { findRunFolder } from '../run/find-run-folder.js';
import { TrialsFolder } from './trials-folder.js';
import type { TrialsKind } from './trials-state.js';

/** By kind: what it is called, and the command that goes on with it. */
const KINDS: Readonly<Record<TrialsKind, { readonly name: string; readonly command: ResumingCommand }>> = {
  sweep: { name: 'a sweep', command: 'sweep' },
  comparison: { name: 'runs that are compared', command: 'train' },
  seeds: { name: 'runs from several seeds', command: 'train' },
};

type ResumingCommand = 'sweep' | 'train';

/** Where a name is looked for: below the folder that holds runs, or as a path from where the user typed. */
interface Places {
  readonly folder: string;
  readonly runsFolder: string;
}

/**
 * The folder of several runs that `command --resume name` goes on with; null if there are not several of that name.
 * @throws LetheError RUN_MISSING for runs that another command goes on with
 */
export async function findTrials(name: string, command: ResumingCommand, places: Places): Promise<TrialsFolder | null> {
  const folder = TrialsFolder.find(name, places);
  if (folder === null) return null;
  const { kind } = await folder.read();
  const found = KINDS[kind];
  if (found.command !== command) throw another(found.name, folder.folder, `npx lethe ${found.command} --resume ${name}`);
  return folder;
}

/** The folder of a sweep. @throws LetheError RUN_MISSING if there is none of that name */
export async function findSweep(name: string, places: Places): Promise<TrialsFolder> {
  const folder = await findTrials(name, 'sweep', places);
  if (folder !== null) return folder;
  let run: string;
  try {
    run = findRunFolder(name, places);
  } catch {
    throw new LetheError(
      'RUN_MISSING',
      `--resume: expected the folder of a sweep with sweep.json, ` +
      `found none of the name ${name} in ${places.runsFolder} or ${places.folder}`,
    );
  }
  throw another('a run', run, `npx lethe train --resume ${name}`);
}

function another(found: string, folder: string, command: string): LetheError {
  return new LetheError(
    'RUN_MISSING',
    `--resume: expected what this command has begun, found ${found} at ${folder}; go on with it by: ${command}`,
  );
}
