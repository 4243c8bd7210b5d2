import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { hashOfCode, loadCode, type OwnCode } from '@lethe/code';
import { codeNamedBy } from '@lethe/config';
import { LetheError } from '@lethe/errors';

/** In the folder of a run, or of runs that belong together: their code, each under its SHA-256. */
const CODE = 'code';

/** Keeps code for whoever opens the run in this folder, unless it is whole there already, or in the folder of its sweep. */
export async function keepCode(folder: string, code: readonly OwnCode[]): Promise<void> {
  for (const { sha256, text } of code) {
    const kept = await textsOf(sha256, folder);
    if (kept.some((found) => hashOfCode(found) === sha256)) continue;
    const place = join(folder, CODE);
    await mkdir(place, { recursive: true }).catch((error: unknown) => { throw storageError(place, error); });
    await writeFileAtomically(join(place, `${sha256}.mjs`), [Buffer.from(text)]);
  }
}

/**
 * Loads the code that a configuration names into this process.
 * @param config as it was saved
 * @param folder where it was saved: that of a run, of the configurations of a sweep, or of a sweep
 * @throws LetheError CODE_MISSING if it is not kept there, CODE_INVALID if it was changed, and as `loadCode` does
 */
export async function loadKeptCode(config: unknown, folder: string): Promise<void> {
  for (const { role, name, sha256 } of codeNamedBy(config)) {
    const kept = await textsOf(sha256, folder);
    const text = kept.find((found) => hashOfCode(found) === sha256) ?? kept[0];
    if (text === undefined) throw codeMissing({ role, name, sha256 }, folder);
    await loadCode({ role, name, sha256, text });
  }
}

/** What lies under that hash in the folder and in that of its sweep, whole or damaged. */
async function textsOf(sha256: string, folder: string): Promise<string[]> {
  const places = [folder, ...await sweepOf(folder)];
  const texts = await Promise.all(places.map((place) => readFile(join(place, CODE, `${sha256}.mjs`), 'utf8').catch(() => null)));
  return texts.filter((text) => text !== null);
}

/** The folder of the sweep that a run (`trials/001`) or its configuration (`configs/001.json`) is of; none: it is of no sweep. */
async function sweepOf(folder: string): Promise<string[]> {
  const above = dirname(resolve(folder));
  const sweep = basename(above) === 'trials' ? dirname(above) : above;
  if (sweep === above && basename(folder) !== 'configs') return [];
  return stat(join(sweep, 'sweep.json')).then(() => [sweep], () => []);
}

function codeMissing({ role, name, sha256 }: Omit<OwnCode, 'text'>, folder: string): LetheError {
  const expected = `expected ${CODE}/${sha256}.mjs, the code of the ${role} ${name}, there or in the folder of its sweep, found none`;
  return new LetheError('CODE_MISSING', `${folder}: ${expected}; copy the folder ${CODE} from where it was trained`);
}
