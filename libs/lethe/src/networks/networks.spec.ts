import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Tree } from '@lethe/config';
import { asSeen, splitHeldOut, type TableRow } from '@lethe/data';
import { WorkerEvaluator } from '@lethe/evaluation';
import { engineEnvironment, loadEngine } from '@lethe/tensorflow';
import { makeAttributeTable, makeSmallData, writeImage } from '@lethe/testing';
import { parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRun, type MadeRun } from '../../testing/make-run.js';
import { openRun } from '../runs/run.js';
import { encodeFiles, type EncodeFilesRequest } from './encode-files.js';
import { predictFiles } from './predict-files.js';
import { redrawFiles } from './redraw-files.js';

let folder: string;
let images: MadeRun;
let table: MadeRun;

beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  folder = mkdtempSync(join(tmpdir(), 'lethe-encode-'));
  const digits = join(folder, 'digits');
  makeSmallData(digits);
  images = await make('images', { recipe: 'forget', batchSize: 16, data: { kind: 'idx', folder: digits, heldOut: 12 } });
  const rows = join(folder, 'rows');
  makeAttributeTable(rows, { rows: 700 });
  table = await make('table', {
    recipe: 'keep-and-forget', batchSize: 32, data: { kind: 'table', folder: rows, heldOut: 20, keep: ['y', 'x2'], forget: ['a'] },
  });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const make = (name: string, values: Tree): Promise<MadeRun> => makeRun({ runsFolder: folder, name, values });
const dataFolder = ({ description }: MadeRun): string => description.config.data.folder ?? '';

/** What a worker's evaluation of the run gives. */
async function evaluated({ data, description, groups }: MadeRun, evaluation: 'encode' | 'predict' = 'encode'): Promise<Float32Array> {
  const engine = await loadEngine({ prefer: 'native' });
  const { heldOut } = splitHeldOut(data, description.config.data.heldOut, description.config.seed);
  const evaluator = new WorkerEvaluator({ engine, description, data, heldOut, workerSeed: 0 } as never);
  try {
    return await evaluator.evaluate(
      { evaluation, split: 'test', first: 0, count: data.facts.testCount, reads: [], probes: [], judge: null, attribute: '' } as never,
      new Map(groups.map(({ group, values }) => [group, values])),
      new Map(groups.flatMap(({ group, statistics }) => ((statistics?.length ?? 0) === 0 ? [] : [[group, statistics as Float32Array]]))),
    );
  } finally {
    evaluator.dispose();
  }
}

let written = 0;

function request(made: MadeRun, ending: string, asked: Partial<EncodeFilesRequest> = {}): EncodeFilesRequest {
  written += 1;
  return {
    run: made.run.name, checkpoint: 'latest', folder, runsFolder: folder, data: dataFolder(made), domain: null, unpackedGiB: null,
    sampledFrom: null,
    out: join(folder, `out-${written}${ending}`), ...asked,
  };
}

const said: string[] = [];
const quiet = { onNotice: (line: string): void => { said.push(line); } };

function npy(file: string): { shape: number[]; values: Float32Array } {
  const bytes = readFileSync(file);
  const [, shape = ''] = /'shape': \(([^)]*)\)/.exec(bytes.toString('latin1', 0, 256)) ?? [];
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 256, bytes.byteOffset + bytes.length));
  return { shape: shape.split(',').map(Number), values };
}

const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

/** Numbers from -1 to 1 as files of images have them. */
const asBytes = (numbers: Float32Array): number[] => Array.from(numbers, (number) => Math.round((number + 1) * 127.5));

describe('encodeFiles', () => {
  it('gives the features of the evaluation of images, and names them', async () => {
    const asked = request(images, '.npy');
    const { examples, size, files } = await encodeFiles(asked, quiet);
    const { shape, values } = npy(asked.out);
    expect([examples, size, shape]).toEqual([60, images.description.objective.encodedSize, [60, size]]);
    // The test images come first: t10k before train.
    expect(values.subarray(0, 12 * size)).toEqual(await evaluated(images));
    expect(files).toEqual([asked.out, `${asked.out}.names.csv`]);
    expect(readFileSync(files[1] ?? '', 'utf8').split('\n').slice(0, 3)).toEqual([
      'file,row', 't10k-images-idx3-ubyte.gz,0', 't10k-images-idx3-ubyte.gz,1',
    ]);
  });

  it('gives those of a table in every format', async () => {
    const [asNpy, asCsv, asParquet, asTensors] = ['.npy', '.csv', '.parquet', '.safetensors'].map((ending) => request(table, ending)) as
      [EncodeFilesRequest, EncodeFilesRequest, EncodeFilesRequest, EncodeFilesRequest];
    for (const asked of [asNpy, asCsv, asParquet, asTensors]) await encodeFiles(asked, quiet);
    const { values, shape: [examples, size = 0] } = npy(asNpy.out);
    expect(examples).toBe(700);
    const { test: { rows }, facts: { testCount } } = table.data;
    const ofTest = await evaluated(table);
    for (let example = 0; example < testCount; example += 1) {
      const row = rows[example] as number;
      const found = values.subarray(row * size, (row + 1) * size);
      for (let index = 0; index < size; index += 1) expect(found[index]).toBeCloseTo(ofTest[example * size + index] ?? NaN, 6);
    }
    const lines = readFileSync(asCsv.out, 'utf8').trim().split('\n').map((line) => line.split(','));
    expect(lines[0]?.slice(0, 3)).toEqual(['file', 'row', 'feature_1']);
    expect(lines[700]?.slice(0, 2)).toEqual(['table.csv', '699']);
    expect(Float32Array.from(lines.slice(1).flatMap((cells) => cells.slice(2).map(Number)))).toEqual(values);
    const bytes = readFileSync(asParquet.out);
    const objects = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) });
    expect(objects[7]).toMatchObject({ file: 'table.csv', row: 7, feature_1: values[7 * size] });
    expect(objects).toHaveLength(700);
    const tensors = readFileSync(asTensors.out);
    expect(JSON.parse(tensors.toString('latin1', 8, 8 + Number(tensors.readBigUInt64LE())))).toEqual({
      features: { dtype: 'F32', shape: [700, size], data_offsets: [0, 700 * size * 4] },
    });
    expect(tensors.subarray(256)).toEqual(readFileSync(asNpy.out).subarray(256));
  });

  it('counts examples as the target of several populations', async () => {
    const data = join(folder, 'populations');
    mkdirSync(data);
    const rows = Array.from({ length: 200 }, (_, row) => `${row % 3 === 0 ? 'yes' : 'no'},${row % 2 === 0 ? 'a' : 'b'},${(row * 37) % 50}`);
    writeFileSync(join(data, 'table.csv'), `label,domain,x\n${rows.join('\n')}\n`);
    const domains = await make('domains', {
      recipe: 'own-table', batchSize: 16, data: { folder: data, heldOut: 10, domains: { target: 'b', training: 'adaptation' } },
    });
    const asked = request(domains, '.npy');
    await encodeFiles(asked, quiet);
    expect(said).toContain('examples count as b, the target; --domain names another');
    const { values, shape: [examples, size = 0] } = npy(asked.out);
    expect(examples).toBe(200);
    const { test, facts: { testCount, classes } } = domains.data;
    const predicted = await evaluated(domains, 'predict');
    const length = predicted.length / testCount;
    // Inputs are those of a, then those of b.
    for (let example = 0; example < testCount; example += 1) {
      if (test.domains[example] !== 1) continue;
      const row = 2 * ((test.rows[example] as number) - 100) + 1;
      const ofTest = predicted.subarray(example * length + classes.length, (example + 1) * length);
      expect(values.subarray(row * size, (row + 1) * size)).toEqual(ofTest);
    }
    const ofOther = request(domains, '.npy', { domain: 'a' });
    await encodeFiles(ofOther, quiet);
    expect(npy(ofOther.out).values).toHaveLength(values.length);
  });

  it('draws noise from a seed, and the same from the same', async () => {
    const [one, same, other] = [7, 7, 8].map((sampledFrom) => request(images, '.npy', { sampledFrom })) as
      [EncodeFilesRequest, EncodeFilesRequest, EncodeFilesRequest];
    for (const asked of [one, same, other]) await encodeFiles(asked, quiet);
    expect(npy(one.out)).toEqual(npy(same.out));
    expect(npy(one.out).values).not.toEqual(npy(other.out).values);
  });

  it.each<[string, Partial<EncodeFilesRequest>, (asked: EncodeFilesRequest) => void, RegExp]>([
    ['a file that is there', {}, ({ out }) => { writeFileSync(out, ''); }, /--out: expected nothing there yet/],
    ['an ending that is none', { out: '/tmp/features.txt' }, () => undefined, /--out: expected a file that ends in \.npy, \.csv/],
    ['a domain that there is not', { domain: 'x' }, () => undefined, /--domain: expected nothing, as the run is of one population/],
    ['a round without a checkpoint', { checkpoint: 9 }, () => undefined, /expected a checkpoint after round 9/],
    ['no run', { run: 'none' }, () => undefined, /none: expected a run/],
    ['no folder', { data: '/none' }, () => undefined, /\/none: expected a data folder, found nothing there/],
  ])('refuses %s', async (_, asked, prepare, message) => {
    const wanted = request(table, '.npy', asked);
    prepare(wanted);
    await expect(encodeFiles(wanted, quiet)).rejects.toThrow(message);
  });

  it('leaves nothing behind when rows are wrong far behind, or when it is interrupted', async () => {
    const data = join(folder, 'wrong');
    mkdirSync(data);
    const rows = Array.from({ length: 9000 }, () => '1,3');
    writeFileSync(join(data, 'table.csv'), `x1,x3\n${rows.join('\n')}\nold,1\n`);
    const asked = request(table, '.csv', { data });
    await expect(encodeFiles(asked, quiet)).rejects.toThrow(/line 9002: expected a number in x1/);
    const ending = new AbortController();
    const watched = { ...quiet, signal: ending.signal, onProgress: () => { ending.abort(); } };
    await expect(encodeFiles(request(table, '.npy', { data }), watched)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(folder).filter((name) => name.startsWith('.') || name.startsWith(`out-${written}.`))).toEqual([]);
  });
});

describe('networks of a run that was opened', () => {
  const opened = ({ run }: MadeRun) => openRun(run.folder);

  it('encodes images in memory as those of files, as bytes or as numbers', async () => {
    const encoder = await (await opened(images)).encoder();
    const { test } = images.data;
    const bytes = test.inputs.gather(test.rows) as Uint8Array;
    const features = await encoder.encode(bytes);
    expect(features).toEqual(await evaluated(images));
    expect(await encoder.encode(asSeen(bytes))).toEqual(features);
    await expect(encoder.encode(bytes.subarray(1))).rejects.toThrow(
      /examples: expected a multiple of 64 numbers: images of 8 x 8 x 1, found 767/,
    );
    await expect(encoder.encode([{ x1: 1 }])).rejects.toThrow(/examples: expected numbers .*, found rows of a table/);
    await encoder.close();
    await expect(encoder.encode(bytes)).rejects.toThrow('the networks are closed');
  });

  it('encodes rows of a table as objects', async () => {
    await using encoder = await (await opened(table)).encoder();
    const rows: TableRow[] = [{ x1: 0.5, x3: '-1.25', more: 1 }, { x1: null, x3: 2 }];
    const features = await encoder.encode(rows);
    expect(features).toHaveLength(2 * encoder.size);
    expect(await encoder.encode([rows[1] as TableRow])).toEqual(features.subarray(encoder.size));
    await expect(encoder.encode([{ x1: 1 }])).rejects.toThrow(/row 0: expected a value of x3 \(null: missing\), found x1/);
    await expect(encoder.encode(new Float32Array(4))).rejects.toThrow(/examples: expected rows of a table, as objects/);
  });

  it('draws what `redrawFiles` draws, of features and of a value for all examples or for each', async () => {
    await using encoder = await (await opened(images)).encoder();
    await using decoder = await (await opened(images)).decoder();
    expect(decoder).toMatchObject({
      size: encoder.size, shape: { height: 8, width: 8, channels: 1 }, told: [{ name: 'label', categories: ['0', '1', '2', '3'] }],
    });
    const { test } = images.data;
    const features = await encoder.encode(test.inputs.gather(test.rows) as Uint8Array);
    const twos = await decoder.decode(features, { label: 2 });
    const one = request(images, '');
    await redrawFiles({ ...one, label: '2' }, quiet);
    const drawn = await sharp(join(one.out, 't10k-images-idx3-ubyte-000011.png')).extractChannel('red').raw().toBuffer();
    expect(asBytes(twos.subarray(11 * 64))).toEqual([...drawn]);
    const values = Array.from({ length: test.rows.length }, (_, example) => (example === 11 ? '2' : '1'));
    const mixed = await decoder.decode(features, { label: values });
    expect(mixed.subarray(11 * 64)).toEqual(twos.subarray(11 * 64));
    expect(mixed.subarray(0, 64)).not.toEqual(twos.subarray(0, 64));
    expect(mixed.subarray(0, 64)).toEqual(await decoder.decode(features.subarray(0, decoder.size), { label: '1' }));
    const there = await decoder.decode(features, { label: { from: '1', to: 2, place: 1 } });
    expect(there).toEqual(twos);
    const half = await decoder.decode(features, { label: { from: '1', to: '2', place: 0.5 } });
    expect([half.subarray(0, 64), half.subarray(0, 64)]).not.toContainEqual(there.subarray(0, 64));
    for (const [wrong, message] of [
      [{ label: { from: '1', to: '7', place: 2 } }, /told: expected a value of label \(0, 1, 2, 3\), found 7/],
      [{}, /told: expected a value of label \(0, 1, 2, 3\), found none/],
      [{ label: '7' }, /told: expected a value of label \(0, 1, 2, 3\), found 7/],
      [{ label: ['1'] }, /told: expected 12 values of label, one for each example, found 1/],
      [{ label: '1', colour: 'red' }, /told: expected values of label, found one of colour/],
    ] as const) await expect(decoder.decode(features, wrong)).rejects.toMatchObject({ code: 'DATA_INVALID', message: matching(message) });
    await expect(decoder.decode(features.subarray(1), { label: 1 })).rejects.toThrow(/features: expected a multiple of \d+ numbers/);
  });

  it('predicts what `predictFiles` predicts', async () => {
    await using predictor = await (await opened(table)).predictor();
    expect(predictor.predicted).toEqual([{ kind: 'category', name: 'y', categories: ['no', 'yes'] }, { kind: 'number', name: 'x2' }]);
    const rows = readFileSync(join(dataFolder(table), 'table.csv'), 'utf8').trim().split('\n').map((line) => line.split(','));
    const [names = [], ...cells] = rows;
    const examples = cells.slice(0, 3).map((values): TableRow => Object.fromEntries(names.map((name, column) => [name, values[column]])));
    const { y, x2 } = await predictor.predict(examples);
    const asked = request(table, '.csv');
    await predictFiles(asked, quiet);
    const written = readFileSync(asked.out, 'utf8').split('\n').slice(1, 4).map((line) => line.split(',').slice(2));
    if (y?.kind !== 'category' || x2?.kind !== 'number') throw new TypeError('expected a category and a number');
    for (const [example, [likeliest, no, yes, value, deviation]] of written.entries()) {
      expect(y.likeliest[example]).toBe(likeliest);
      const found = [...y.probabilities.subarray(2 * example, 2 * example + 2), x2.values[example], x2.deviations[example]];
      for (const [index, number] of [no, yes, value, deviation].entries()) expect(found[index]).toBeCloseTo(Number(number), 5);
    }
    expect([y.probabilities.length, x2.values.length]).toEqual([6, 3]);
  });

  it('says what a run lacks', async () => {
    const refused = (message: RegExp) => ({ code: 'CONFIG_INVALID', message: matching(message) });
    await expect((await opened(table)).decoder()).rejects.toMatchObject(
      refused(/table: expected a run of a game with a decoder, found one without \(keep-and-forget\)/),
    );
    await expect((await opened(images)).predictor()).rejects.toMatchObject(
      refused(/images: expected a run that keeps something by name .*, found one that predicts nothing/),
    );
  });
});

describe('predictFiles', () => {
  it('gives each kept attribute, numbers in their own unit', async () => {
    const asked = request(table, '.csv');
    expect(await predictFiles(asked, quiet)).toEqual({ examples: 700, predicted: ['y', 'x2'] });
    const [header = '', first = ''] = readFileSync(asked.out, 'utf8').split('\n');
    expect(header).toBe('file,row,y,y=no,y=yes,x2,x2 deviation');
    const [, , y, no, yes, x2, deviation] = first.split(',');
    expect(y).toBe(Number(no) > Number(yes) ? 'no' : 'yes');
    expect(Number(no) + Number(yes)).toBeCloseTo(1, 5);
    expect([Number(x2), Number(deviation)].every(Number.isFinite)).toBe(true);
  });

  it('refuses a run that keeps nothing by name', async () => {
    await expect(predictFiles(request(images, '.csv'), quiet)).rejects.toThrow(/images: expected a run that keeps something by name/);
  });
});

describe('redrawFiles', () => {
  it('draws a PNG for each image under one label, or under each', async () => {
    const one = request(images, '', { domain: null });
    expect(await redrawFiles({ ...one, label: '2' }, quiet)).toEqual({ examples: 60, told: ['2'] });
    const names = readdirSync(one.out).sort();
    expect([names.length, names[0]]).toEqual([60, 't10k-images-idx3-ubyte-000000.png']);
    const all = request(images, '');
    expect((await redrawFiles({ ...all, label: null }, quiet)).told).toEqual(['0', '1', '2', '3']);
    expect(readdirSync(all.out)).toEqual(['0', '1', '2', '3']);
    const drawn = (file: string): Promise<Buffer> => sharp(file).raw().toBuffer();
    expect(await drawn(join(all.out, '2', names[0] ?? ''))).toEqual(await drawn(join(one.out, names[0] ?? '')));
    expect(await drawn(join(all.out, '1', names[0] ?? ''))).not.toEqual(await drawn(join(one.out, names[0] ?? '')));
    expect((await sharp(join(one.out, names[0] ?? '')).metadata()).width).toBe(8);
  });

  it('draws them under another attribute than the label, and under two', async () => {
    const data = join(folder, 'shapes');
    const [colours, sizes] = [['red', 'green', 'blue'], ['small', 'large']] as const;
    const rows = await Promise.all(Array.from({ length: 36 }, async (_, index) => {
      const file = `${String(index).padStart(2, '0')}.png`;
      await writeImage(join(data, file), [index * 7, 255 - index * 7, 90]);
      return [file, index % 2 === 0 ? 'a' : 'b', colours[index % 3], sizes[Math.floor(index / 3) % 2]].join();
    }));
    writeFileSync(join(data, 'labels.csv'), `${['file,label,colour,size', ...rows].join('\n')}\n`);
    const made = (name: string, forget: string[]): Promise<MadeRun> => make(name, {
      recipe: 'forget', batchSize: 8, data: { kind: 'images', folder: data, heldOut: 4, imageSize: 8, channels: 3, forget },
    });
    const drawn = async (run: MadeRun, label: string | null): Promise<{ told: readonly string[]; bytes: Map<string, string> }> => {
      const asked = request(run, '');
      const { told } = await redrawFiles({ ...asked, label }, quiet);
      const files = readdirSync(asked.out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('00.png'));
      return { told, bytes: new Map(files.map((file) => [dirname(file), readFileSync(join(asked.out, file), 'base64')])) };
    };
    const one = await made('colours', ['colour']);
    const all = await drawn(one, null);
    expect(all.told).toEqual(['blue', 'green', 'red']);
    expect(new Set(all.bytes.values()).size).toBe(3);
    expect((await drawn(one, 'colour=green')).bytes.get('.')).toBe(all.bytes.get('green'));
    const two = await made('colours-and-sizes', ['colour', 'size']);
    const combined = await drawn(two, null);
    expect([...combined.bytes.keys()].sort()).toEqual([...combined.told].sort());
    expect(new Set(combined.bytes.values()).size).toBe(6);
    const { told, bytes } = await drawn(two, 'size=large,colour=red');
    expect(told).toEqual(['colour=red,size=large']);
    expect(bytes.get('.')).toBe(combined.bytes.get('colour=red,size=large'));
    const expected = '--label: expected a value of each of colour, size, as NAME=VALUE with commas, found';
    for (const [label, found] of [
      ['colour=red,shape=round', 'shape=round'], ['red', 'red'], ['colour=red', 'none of size'],
      ['colour=red,colour=blue,size=large', 'two of colour'],
    ] as const) await expect(drawn(two, label)).rejects.toThrow(`${expected} ${found}`);
    await expect(drawn(two, 'colour=pink,size=large')).rejects.toThrow('expected a value of colour (blue, green, red), found pink');

    const bytesOf = (file: string): string => readFileSync(file, 'base64');
    const said: string[] = [];
    const pictures = [join(data, '00.png'), join(folder, 'photographs')];
    await writeImage(join(folder, 'photographs', 'wide', 'me.jpg'), [200, 0, 0], 40);
    // A folder of the user may be called as one of the walk: both have their pictures.
    await writeImage(join(folder, 'photographs', 'colour=red', '00.png'), [0, 200, 0]);
    const walk = { attribute: 'colour', from: '2', to: 'green', before: 2, after: 2, steps: 4 };
    const walked = { ...request(two, ''), label: null, pictures, walk, set: 'colour=blue,size=1' };
    expect(await redrawFiles(walked, { onNotice: (line) => { said.push(line); } })).toEqual({
      examples: 3, told: ['colour=-1', 'colour=red', 'colour=green', 'colour=2'],
    });
    expect(said).toContain('wide/me.jpg (40 x 40): all of it is taken, and brought to 8 x 8 x 3');
    expect(readdirSync(walked.out).sort()).toEqual(
      ['00.png', 'colour=-1', 'colour=2', 'colour=green', 'colour=red', 'colour=red-own', 'wide'],
    );
    expect(existsSync(join(walked.out, 'colour=red', 'colour=red-own', '00.png'))).toBe(true);
    // At the values themselves it is what the values give; two values more make the strip.
    expect(bytesOf(join(walked.out, 'colour=red', '00.png'))).toBe(combined.bytes.get('colour=red,size=small'));
    expect(existsSync(join(walked.out, 'colour=2', 'wide', 'me.png'))).toBe(true);
    const strip = await sharp(join(walked.out, '00.png')).metadata();
    expect(strip.width).toBe(2 * (6 * 9 + 1));
    // Without a word on the others, the values are those with which the picture is rebuilt best.
    const sizesAlone = { ...walk, attribute: 'size', from: null, to: null };
    const guessed = { ...request(two, ''), label: null, pictures: pictures.slice(0, 1), walk: sizesAlone };
    await redrawFiles(guessed, { onNotice: (line) => { said.push(line); } });
    expect(said.at(-2)).toMatch(/^pictures are taken to have the values of colour, size with which they are rebuilt best \(--set/);
    const [, colour = ''] = /^00: colour=(\w+), size=(?:large|small)$/.exec(said.at(-1) ?? '') ?? [];
    expect(bytesOf(join(guessed.out, 'size=small', '00.png'))).toBe(combined.bytes.get(`colour=${colour},size=small`));
    const original = sharp(join(data, '00.png')).removeAlpha().raw().toBuffer();
    const errors = await Promise.all(combined.told.map(async (told) => {
      const rebuilt = await sharp(Buffer.from(combined.bytes.get(told) ?? '', 'base64')).raw().toBuffer();
      return (await original).reduce((sum, byte, index) => sum + (byte - (rebuilt[index] ?? 0)) ** 2, 0);
    }));
    expect(combined.told[errors.indexOf(Math.min(...errors))]).toContain(`colour=${colour}`);
    for (const [wrong, message] of [
      [{ walk: { ...walk, attribute: 'shape' } }, 'expected an attribute that the decoder is told (colour, size), found shape'],
      [{ walk: { ...walk, from: null } }, '--from: expected a value of colour (blue, green, red) or its number, from 0, found nothing'],
      [{ walk: { ...walk, to: 'pink' } }, '--to: expected a value of colour (blue, green, red) or its number, from 0, found pink'],
      [{ walk: { ...walk, to: 'red' } }, '--to: expected another value than --from, found red'],
      [{ walk: { ...walk, steps: 1 } }, '--steps: expected a whole number from 2 to 100, found 1'],
      [{ walk: { ...walk, before: Number.NaN } }, '--alpha: expected how far a walk goes, numbers from 1 on, found NaN'],
      [{ set: 'shape=1' }, '--set: expected values of colour, size, as NAME=VALUE with commas, found shape=1'],
      [{ pictures: [join(folder, 'nobody.jpg')] }, 'nobody.jpg: expected a picture or a folder of pictures, found nothing'],
    ] as const) await expect(redrawFiles({ ...walked, out: `${walked.out}-2`, ...wrong }, quiet)).rejects.toThrow(message);
  }, 60_000);

  it('refuses a value that there is not, and a run without a decoder', async () => {
    const asked = request(images, '');
    await expect(redrawFiles({ ...asked, label: '7' }, quiet)).rejects.toThrow(
      /--label: expected a value of label \(0, 1, 2, 3\), found 7/,
    );
    await expect(redrawFiles({ ...request(table, ''), label: '7' }, quiet)).rejects.toThrow(
      /table: expected a run of a game that redraws images, found one without a decoder \(keep-and-forget\)/,
    );
    expect(existsSync(asked.out)).toBe(false);
  });
});
