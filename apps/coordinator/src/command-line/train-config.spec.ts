import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECIPE_NAMES } from '@lethe/config';
import { findRunFolder } from '@lethe/lethe';
import { newRunConfig, resumedRunConfig } from '@lethe/lethe/parts';
import type { TrainCommand } from './command.js';
import { parseCommandLine } from './parse-command-line.js';

const machine = { cores: 2, gpus: 0, engine: 'native' } as const;
let folder: string;

function train(...argv: string[]): TrainCommand {
  const command = parseCommandLine(['train', ...argv], { folder, version: '0' });
  if (command.kind !== 'train') throw new Error(`expected train, found ${command.kind}`);
  return command;
}

function put(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-command-line-'));
  put('small.json', '{"batchSize": 64, "objective": {"beta": 0.3}, "seed": 9}');
  put('digits.json', '{"data": {"kind": "idx", "folder": "idx"}}');
  put('typo.json', '{"objective": {"betta": 0.3}}');
  put('broken.json', '{"seed": ');
  put('idx/train-images-idx3-ubyte.gz', '');
  put('faces/labels.csv', '');
  put('faces/0.png', '');
  put('nothing/readme.txt', '');
  put('runs/mild/config.json', '{}');
  put('elsewhere/bold/config.json', '{}');
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('newRunConfig', () => {
  it('lets flags override the file, and the file the recipe', () => {
    const { config } = newRunConfig(train('--config', 'small.json', '--beta', '0.4', '--workers', '2'), machine);
    expect(config).toMatchObject({
      recipe: 'forget-short',
      batchSize: 64,
      seed: 9,
      objective: { beta: 0.4 },
      cluster: { workers: 2, awaitWorkers: 2 },
    });
  });

  it.each([
    ['idx', 'idx', 1, []],
    ['faces', 'images', 3, ['--channels', '3']],
  ] as const)('tells from the folder %s that it holds %s', (name, kind, channels, more) => {
    const { data } = newRunConfig(train('--data-dir', name, ...more), machine).config;
    expect(data).toMatchObject({ kind, folder: join(folder, name), channels });
  });

  it('believes what is said about the kind of data', () => {
    expect(newRunConfig(train('--data', 'idx', '--data-dir', 'nothing'), machine).config.data.kind).toBe('idx');
    expect(newRunConfig(train('--config', 'digits.json', '--data-dir', 'nothing'), machine).config.data.kind).toBe('idx');
    expect(newRunConfig(train('--config', 'digits.json'), machine).config.data.folder).toBe(join(folder, 'idx'));
  });

  it('warns of hot spares', () => {
    expect(newRunConfig(train('--workers', '8'), machine).warnings).toEqual([expect.stringContaining('hot spares')]);
  });

  it.each<[string[], string, string]>([
    [['--shards', '3'], 'CONFIG_INVALID', '--shards: expected a power of two (1, 2, 4, 8 ...), found 3'],
    [['--batch-size', '250'], 'CONFIG_INVALID', '--batch-size: expected a multiple of the 4 shards, such as 252, found 250'],
    [['--beta', '-0.5'], 'CONFIG_INVALID', '--beta: expected at least 0, found -0.5'],
    [['--learning-rate', '0'], 'CONFIG_INVALID', '--learning-rate: expected a number above 0, found 0'],
    [['--optimizer', 'lion'], 'CONFIG_INVALID', '--optimizer: expected adam or sgd, found "lion"'],
    [['--momentum', '0.9'], 'CONFIG_INVALID', '--momentum: expected no momentum with kind adam, found 0.9'],
    [['--epochs', '2', '--rounds', '7'], 'CONFIG_INVALID', '--rounds: expected either epochs or rounds, not both, found 7'],
    [['--epochs', '0'], 'CONFIG_INVALID', '--epochs: expected at least 1, found 0'],
    [['--rounds', '5', '--warmup-rounds', '6'], 'CONFIG_INVALID', '--warmup-rounds: expected at most the 5 rounds of the run, found 6'],
    [['--workers', '0'], 'CONFIG_INVALID', '--workers: expected at least 1, or an address to listen at'],
    [['--servers', '0'], 'CONFIG_INVALID', '--servers: expected at least 1, found 0'],
    [['--insecure-plaintext'], 'CONFIG_INVALID', '--insecure-plaintext: expected it only together with an address to listen at'],
    [['--listen', ':5555'], 'CONFIG_INVALID', '--listen: expected an address like tcp://0.0.0.0:5555, found ":5555"'],
    [['--held-out', '0', '--patience', '2'], 'CONFIG_INVALID', '--patience: expected held-out images to score'],
    [['--recipe', 'article', '--monitor', 'classifier_loss'], 'CONFIG_INVALID', '--monitor: expected held-out images to score'],
    [['--recipe', 'slow'], 'CONFIG_INVALID', `--recipe: expected a recipe (${RECIPE_NAMES.join(', ')}), found "slow"`],
    [['--engine', 'cuda'], 'CONFIG_INVALID', '--engine: expected native or wasm, found "cuda"'],
    [['--image-size', '32'], 'CONFIG_INVALID', '--image-size: expected no such flag unless the data is a folder of images, found 32'],
    [
      ['--label-column', 'digit'], 'CONFIG_INVALID',
      '--label-column: expected no such flag unless the data are images with a list or folders of classes, or a table, found "digit"',
    ],
    [['--data-dir', 'faces', '--channels', '2'], 'CONFIG_INVALID', '--channels: expected 1 or 3, found 2'],
    [['--data', 'images'], 'CONFIG_INVALID', 'data.folder: expected a folder with the images to read'],
    [['--data', 'mnist', '--data-dir', 'idx'], 'CONFIG_INVALID', '--data-dir: expected no folder for mnist'],
    [['--data-dir', 'absent'], 'DATA_MISSING', '--data-dir: expected a folder, found none at '],
    [['--data-dir', 'small.json'], 'DATA_MISSING', '--data-dir: expected a folder, found none at '],
    [
      ['--data-dir', 'nothing'], 'DATA_MISSING',
      'expected images (with labels.csv, or in folders class/image), IDX files like train-images-idx3-ubyte, or a table (table.csv), '
        + 'found readme.txt',
    ],
    [['--config', 'absent.json'], 'CONFIG_INVALID', '--config: expected a file that can be read, found none at absent.json'],
    [['--config', 'idx'], 'CONFIG_INVALID', '--config: expected a file that can be read, found none at idx'],
    [['--config', 'broken.json'], 'CONFIG_INVALID', 'broken.json: expected JSON, found something else'],
    [
      ['--config', 'typo.json'],
      'CONFIG_INVALID',
      'objective.betta in typo.json: expected a known setting, found the unknown name "betta" (did you mean objective.beta?)',
    ],
  ])('refuses %j', (argv, code, message) => {
    const refusal: unknown = expect.objectContaining({ code, message: expect.stringContaining(message) as unknown });
    expect(() => newRunConfig(train(...argv), machine)).toThrow(refusal);
  });
});

describe('resumedRunConfig', () => {
  const saved = (): unknown => JSON.parse(JSON.stringify(newRunConfig(train('--config', 'small.json'), machine).config));

  it('takes more epochs and other processes', () => {
    const { config } = resumedRunConfig(train('--resume', 'mild', '--epochs', '12', '--workers', '3', '--servers', '2'), saved());
    expect(config).toMatchObject({ epochs: 12, seed: 9, cluster: { workers: 3, awaitWorkers: 3, servers: 2 } });
  });

  it('refuses what was computed with', () => {
    expect(() => resumedRunConfig(train('--resume', 'mild', '--seed', '4'), saved())).toThrow('--seed: expected 9, as the run was started');
  });
});

describe('findRunFolder', () => {
  const find = (run: string, runsFolder = 'runs') => findRunFolder(run, { folder, runsFolder: join(folder, runsFolder) });

  it('finds a run by its name, by a path, and below another folder of runs', () => {
    expect(find('mild')).toBe(join(folder, 'runs/mild'));
    expect(find('runs/mild')).toBe(join(folder, 'runs/mild'));
    expect(find(join(folder, 'elsewhere/bold'))).toBe(join(folder, 'elsewhere/bold'));
    expect(find('bold', 'elsewhere')).toBe(join(folder, 'elsewhere/bold'));
  });

  it('names the places it looked at', () => {
    const refusal = {
      code: 'RUN_MISSING',
      message: `bold: expected a run (a folder with config.json), found none at ${folder}/runs/bold or ${folder}/bold`,
    };
    expect(() => find('bold')).toThrow(expect.objectContaining(refusal) as Error);
  });
});
