import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig } from '@lethe/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrialsFolder } from './trials-folder.js';

let below: string;
beforeAll(async () => { below = await mkdtemp(join(tmpdir(), 'lethe-sweeps-')); });
afterAll(() => rm(below, { recursive: true, force: true }));

describe('the folder of a sweep', () => {
  it('is not left behind where its trials cannot be written down: its name is free again', async () => {
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
    const place = join(below, 'sweep');
    const begin = (folder: TrialsFolder): Promise<void> =>
      folder.begin([{ key: 'k', values: {}, config }], { kind: 'sweep', trialsAtOnce: 1, halving: null, best: null });
    const folder = await TrialsFolder.create(place);
    await mkdir(folder.configFile('001'));
    await expect(begin(folder)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(existsSync(place)).toBe(false);
    await begin(await TrialsFolder.create(place));
    expect((await folder.read()).trials).toHaveLength(1);
  });
});
