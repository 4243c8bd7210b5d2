import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfCode, loadedCode, type OwnCode } from '@lethe/code';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepCode, loadKeptCode } from './kept-code.js';
import { RunFolder } from './run-folder.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'lethe-kept-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Each text is loaded once in a process, so that every test has its own. */
function game(name: string): OwnCode {
  const text = `export default { kind: 'lethe-game', name: '${name}' };`;
  return { role: 'game', name, sha256: hashOfCode(text), text };
}

const configOf = ({ name, sha256 }: OwnCode) => ({ objective: { kind: 'own', game: name, code: sha256 } });
const create = (code: OwnCode, runsFolder = folder) =>
  RunFolder.create({ runsFolder, name: 'mild', configJson: JSON.stringify(configOf(code)), code: [code] });

describe('the code of a run', () => {
  it('lies in its folder, wherever that is moved to, and is loaded with its configuration', async () => {
    const code = game('first');
    const run = await create(code);
    const moved = join(folder, 'moved');
    await rename(run.folder, moved);
    expect(await RunFolder.at(moved).readConfig()).toEqual(configOf(code));
    expect(() => loadedCode(code.sha256)).toThrow(); // a listing runs nothing
    expect(await RunFolder.at(moved).readConfigWithCode()).toEqual(configOf(code));
    expect(loadedCode(code.sha256)).toEqual(code);
  });

  it('lies in the folder of its sweep once, where all trials and their configurations find it', async () => {
    const code = game('second');
    await keepCode(folder, [code, code]);
    await writeFile(join(folder, 'sweep.json'), '{}');
    const trial = await create(code, join(folder, 'trials'));
    expect(await readdir(folder)).toEqual(['code', 'sweep.json', 'trials']);
    expect(await readdir(trial.folder)).not.toContain('code');
    await trial.readConfigWithCode();
    expect(loadedCode(code.sha256)).toEqual(code);
    await loadKeptCode(configOf(code), join(folder, 'configs'));
  });

  it('lies in its own folder where what is above is no sweep, or was changed there', async () => {
    const code = game('fourth');
    await keepCode(folder, [code]);
    expect(await readdir((await create(code)).folder)).toContain('code');
    expect(await readdir((await create(code, join(folder, 'trials'))).folder)).toContain('code');
    const sweep = join(folder, 'sweep');
    await keepCode(sweep, [code]);
    await writeFile(join(sweep, 'sweep.json'), '{}');
    await writeFile(join(sweep, 'code', `${code.sha256}.mjs`), 'export default 1;');
    const trial = await create(code, join(sweep, 'trials'));
    expect(await readdir(trial.folder)).toContain('code');
    await keepCode(sweep, [code]);
    await writeFile(join(trial.folder, 'code', `${code.sha256}.mjs`), 'export default 1;');
    await trial.readConfigWithCode();
    expect(loadedCode(code.sha256)).toEqual(code);
  });

  it('that is gone or was changed is named', async () => {
    const code = game('third');
    const run = await create(code);
    await writeFile(join(run.folder, 'code', `${code.sha256}.mjs`), 'export default 1;');
    await expect(run.readConfigWithCode()).rejects.toMatchObject({
      code: 'CODE_INVALID', message: expect.stringMatching(/^the game third: .* it was changed$/) as string,
    });
    await rm(join(run.folder, 'code'), { recursive: true });
    const message = expect.stringMatching(/mild: expected code\/[\da-f]{64}\.mjs, the code of the game third, .* found none/) as string;
    await expect(run.readConfigWithCode()).rejects.toMatchObject({ code: 'CODE_MISSING', message });
    const named = { objective: { kind: 'own', game: 'third', code: '../../secret' } };
    await expect(loadKeptCode(named, run.folder)).rejects.toMatchObject({ code: 'CODE_MISSING' });
  });
});
