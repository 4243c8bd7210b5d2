import { mkdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { storageError, writeFileAtomically } from '@lethe/checkpoint';
import { loadCode, type OwnCode } from '@lethe/code';
import { codeNamedBy } from '@lethe/config';
import { LetheError } from '@lethe/errors';

/** In the folder of a run, or of runs that belong together: their code, each under its SHA-256. */
const CODE = 'code';

/** Keeps code for whoever opens the run in this folder, unless it is kept there already, or for all runs of a sweep. */
export async function keepCode(folder: string, code: readonly OwnCode[]): Promise<void> {
  for (const { sha256, text } of code) {
    const isKept = await Promise.all(placesOf(sha256, folder).map((file) => stat(file).then(() => true, () => false)));
    if (isKept.includes(true)) continue;
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
    const files = placesOf(sha256, folder);
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => null)));
    const text = texts.find((found) => found !== null);
    if (text === undefined) throw codeMissing({ role, name, sha256 }, folder);
    await loadCode({ role, name, sha256, text });
  }
}

/** A run of a sweep lies two folders below what all of them have, and a configuration of one of them one folder. */
function placesOf(sha256: string, folder: string): string[] {
  return [folder, resolve(folder, '..'), resolve(folder, '../..')].map((place) => join(place, CODE, `${sha256}.mjs`));
}

function codeMissing({ role, name, sha256 }: Omit<OwnCode, 'text'>, folder: string): LetheError {
  const expected = `expected ${CODE}/${sha256}.mjs, the code of the ${role} ${name}, there or in the folder of its sweep, found none`;
  return new LetheError('CODE_MISSING', `${folder}: ${expected}; copy the folder ${CODE} from where it was trained`);
}
