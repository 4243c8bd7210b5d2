import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tree } from '@lethe/config';
import type { DataSource } from '@lethe/data';
import type { GroupLayout, GroupState } from '@lethe/protocol';
import type { RunFolder } from '@lethe/run-folder';
import { engineEnvironment } from '@lethe/tensorflow';
import { makeAttributeTable, makeSmallData } from '@lethe/testing';
import { unzipSync } from 'fflate';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeRun, type MadeRun } from '../../testing/make-run.js';
import { readTrainedWeights } from '../initial-weights/read-weights.js';
import { startFrom } from '../initial-weights/start-from.js';
import { encodeFiles } from '../networks/encode-files.js';
import { openRunNetworks } from '../networks/open-run-networks.js';
import { predictFiles } from '../networks/predict-files.js';
import { initialGroups } from '../run/initial-state.js';
import { exportRun } from './export-run.js';

let folder: string;
let said: string[];

beforeAll(() => { Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null })); });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-export-'));
  said = [];
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

/** The numbers of a file of NumPy: float32, behind a header. */
function numbersOf(npy: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(npy.subarray(10 + (npy[8] ?? 0) + 256 * (npy[9] ?? 0))).buffer);
}

const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

const make = (values: Tree): Promise<MadeRun> => makeRun({ runsFolder: folder, name: 'mild', values });

async function ofImages(): Promise<RunFolder> {
  makeSmallData(join(folder, 'data'));
  const { run } = await make({
    recipe: 'forget-short', data: { kind: 'idx', heldOut: 0, folder: join(folder, 'data') }, batchSize: 16, epochs: 3,
    objective: { latentSize: 8, eraser: { couplings: 2 } },
  });
  return run;
}

async function ofRows(): Promise<DataSource> {
  makeAttributeTable(join(folder, 'data'), { rows: 300 });
  const { data } = await make({
    recipe: 'keep-and-forget', batchSize: 16, epochs: 1,
    data: { kind: 'table', folder: join(folder, 'data'), heldOut: 20, keep: ['y', 'x2'], forget: ['a'] },
  });
  return data;
}

function takeAway(signal?: AbortSignal): Promise<string[]> {
  return exportRun('mild', 'out', { folder, runsDir: folder, onNotice: (line) => { said.push(line); }, signal });
}

describe('a run that is exported', () => {
  it('becomes a folder that stands alone', async () => {
    await ofImages();
    const files = await takeAway();
    expect(files.sort()).toEqual([
      'README.md', 'check.npz', 'decoder.onnx', 'encoder.onnx', 'model.py', 'model.safetensors', 'preprocess.json',
      'saved_model/saved_model.pb', 'tfjs/group1-shard1of1.bin', 'tfjs/model.json',
    ]);
    for (const file of files) expect(statSync(join(folder, 'out', file)).size, file).toBeGreaterThan(50);
    const card = readFileSync(join(folder, 'out/README.md'), 'utf8');
    expect(card).toMatch(/^---\nlibrary_name: pytorch\npipeline_tag: image-feature-extraction\n/);
    expect(card).toContain('An encoder whose features keep what examples look like and were trained to forget label.');
    expect(card).toContain('Nothing was measured of this checkpoint');
    expect(card).toContain('| `encoder` | `images` [examples, 8, 8, 1] | `features` [examples, 8] |');
    expect(card).toContain('Images are 8 by 8 pixels in grey; a byte x becomes x / 127.5 - 1.');
    expect(card).not.toContain(folder);
    expect(card).toContain('`label` is one-hot, by the label that an example is made with; in order: 0, 1, 2, 3.');
    expect(JSON.parse(readFileSync(join(folder, 'out/preprocess.json'), 'utf8'))).toMatchObject({
      version: 1, kind: 'images', predicted: [],
      told: [{ input: 'label', attribute: 'label', kind: 'category', categories: ['0', '1', '2', '3'] }],
    });
    expect(said).toEqual(["check.npz holds 8 of the run's test examples: leave it out where nobody is to see them"]);
  }, 30_000);

  it('has in check.npz what its rows are encoded to, and what is predicted of them', async () => {
    const { test } = await ofRows();
    await takeAway();
    const data = join(folder, 'data');
    const request = { run: 'mild', checkpoint: 'latest', folder, runsFolder: folder, data, domain: null, unpackedGiB: null } as const;
    const [features, predictions] = ['features.npy', 'predictions.csv'].map((name) => join(folder, name)) as [string, string];
    const quiet = { onNotice: () => undefined };
    await encodeFiles({ ...request, out: features, sampledFrom: null }, quiet);
    await predictFiles({ ...request, out: predictions }, quiet);
    const npz = unzipSync(readFileSync(join(folder, 'out/check.npz')));
    const [checked, y, x2] = ['encoder.features', 'predictor.y', 'predictor.x2'].map((name) => numbersOf(npz[`${name}.npy`] as Uint8Array));
    const encoded = numbersOf(readFileSync(features));
    const cells = readFileSync(predictions, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
    const size = encoded.length / 300;
    for (let example = 0; example < 8; example += 1) {
      const row = test.rows[Math.floor((example * test.count) / 8)] as number;
      const found = [
        ...encoded.subarray(row * size, (row + 1) * size), ...[3, 4].map((cell) => Math.log(Number(cells[row]?.[cell]))),
        ...[5, 6].map((cell) => Number(cells[row]?.[cell])),
      ];
      const expected = [checked?.subarray(example * size, (example + 1) * size), ...[y, x2].map((two) => (
        two?.subarray(2 * example, 2 * example + 2)
      ))].flatMap((values) => [...values ?? []]);
      expect(found).toHaveLength(expected.length);
      for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 5);
    }
    const card = readFileSync(join(folder, 'out/README.md'), 'utf8');
    expect(card).toContain('| `predictor` | `rows` [examples, 32] | `y` [examples, 2], `x2` [examples, 2] |');
    expect(card).toContain('`y` has log-probabilities of y; in order: no, yes.');
    expect(JSON.parse(readFileSync(join(folder, 'out/preprocess.json'), 'utf8'))).toMatchObject({
      told: [], predicted: [
        { output: 'y', attribute: 'y', kind: 'category', categories: ['no', 'yes'] }, { output: 'x2', attribute: 'x2', kind: 'number' },
      ],
    });
  });

  it('is what another run starts from: of a code with variances from its means', async () => {
    await ofRows();
    await takeAway();
    const request = { run: 'mild', checkpoint: 'latest', folder, runsFolder: folder } as const;
    const { description } = await openRunNetworks(request, { notice: () => undefined });
    const before = initialGroups(description);
    const other = initialGroups({ ...description, config: { ...description.config, seed: 99 } });
    const { groups, lines } = startFrom(other, description.layouts, await readTrainedWeights(join(folder, 'out'), () => undefined));
    expect(lines[1]).toBe('in part there, and otherwise left as the seed draws them: '
      + 'encoder.code.weight (columns 0 to 0 of 2), encoder.code.bias (columns 0 to 0 of 2)');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^not there, and left as the seed draws them: classifier/);
    const columnsOf = (of: readonly GroupState[], column: number): number[] => {
      const layout = description.layouts.find(({ name }) => name === 'autoencoder') as GroupLayout;
      const { offset, length } = layout.segments.find(({ name }) => name === 'encoder.code.weight') as GroupLayout['segments'][number];
      const values = of.find(({ group }) => group === 'autoencoder')?.values.subarray(offset, offset + length) ?? new Float32Array(0);
      return [...values].filter((_, index) => index % 2 === column);
    };
    expect(columnsOf(groups, 0)).toEqual(columnsOf(before, 0));
    expect(columnsOf(groups, 1)).toEqual(columnsOf(other, 1));
    expect(columnsOf(before, 0)).not.toEqual(columnsOf(other, 0));
  });

  it('is checked by made examples where its data are gone', async () => {
    await ofRows();
    renameSync(join(folder, 'data'), join(folder, 'gone'));
    expect(await takeAway()).toContain('predictor.onnx');
    expect(said.join()).toContain('check.npz gets made inputs');
    expect(readFileSync(join(folder, 'out/README.md'), 'utf8')).toContain('`check.npz` has made examples in the range of the inputs');
  });

  it('leaves nothing when it is ended, and takes no folder that has files', async () => {
    await ofImages();
    const before = readdirSync(folder);
    const controller = new AbortController();
    controller.abort();
    await expect(takeAway(controller.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(folder)).toEqual(before);
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/mine'), 'mine');
    await expect(takeAway()).rejects.toThrow(/--out: expected nothing there yet, found .*out: name another/);
    expect(readdirSync(join(folder, 'out'))).toEqual(['mine']);
  });

  it('is refused without a checkpoint that is whole', async () => {
    const run = await ofImages();
    const [name = ''] = readdirSync(run.checkpoints);
    const file = join(run.checkpoints, name);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(takeAway()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID', message: matching(/only damaged ones/) });
    expect(said.join()).toMatch(/passed over: .*its content has changed: expected SHA-256/);
    rmSync(file);
    await expect(takeAway()).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID', message: matching(/found none/) });
    expect(readdirSync(folder).sort()).toEqual(['data', 'mild']);
  });
});
