import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSmallData, npyBytes } from '@lethe/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lethe, type Ended } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-documented-encode-'));
const text = readFileSync(fileURLToPath(new URL('../../../docs/encode.md', import.meta.url)), 'utf8');
const commands = [...text.matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);

/** Runs what a user types in the folder, as Nx does. */
function typed(command: string): Promise<Ended> {
  const argv = command.split(' ');
  vi.stubEnv('INIT_CWD', folder);
  vi.stubEnv('NX_TASK_TARGET_PROJECT', '@lethe/coordinator');
  vi.stubEnv('NX_TASK_TARGET_TARGET', argv[0] ?? '');
  return lethe(argv);
}

async function printed(command: string): Promise<string> {
  const { code, output } = await typed(command);
  expect(code, output).toBe(0);
  return output;
}

/** The first lines of a file that a command has written. */
const lines = (file: string): string[] => readFileSync(join(folder, file), 'utf8').trim().split('\n');

const ROWS = Array.from({ length: 120 }, (_, row) => ({ y: row % 2 === 0 ? 'yes' : 'no', a: row % 3 === 0 ? 'red' : 'blue', x: row / 7 }));

/** Runs of three kinds of data, which are then moved away; beside them examples without labels. */
beforeAll(async () => {
  makeSmallData(join(folder, 'digits'));
  for (const name of ['table', 'vectors', 'others', 'mine']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'table', 'table.csv'), `y,a,x,z\n${ROWS.map(({ y, a, x }, row) => `${y},${a},${x},${row % 5}`).join('\n')}\n`);
  writeFileSync(join(folder, 'others', 'people.csv'), 'z,x,more\n1,0.5,?\n4,,?\n');
  const vectors = Float32Array.from({ length: 120 * 6 }, (_, index) => Math.sin(index));
  writeFileSync(join(folder, 'vectors', 'table.csv'), `y,a\n${ROWS.map(({ y, a }) => `${y},${a}`).join('\n')}\n`);
  writeFileSync(join(folder, 'vectors', 'features.npy'), npyBytes([120, 6], vectors));
  const small = '--rounds 8 --batch-size 16 --held-out 8 --no-evaluation --no-grid';
  await printed(`train --data-dir digits ${small} --name mild`);
  const columns = '--recipe keep-and-forget --keep y --forget a';
  await printed(`train ${columns} --data-dir table ${small} --name people`);
  await printed(`train ${columns} --data-dir vectors ${small} --name measured`);
  for (const name of ['table', 'digits']) renameSync(join(folder, name), join(folder, `moved-${name}`));
  renameSync(join(folder, 'moved-digits', 't10k-images-idx3-ubyte.gz'), join(folder, 'mine', 'a-idx3-ubyte.gz'));
}, 240_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('these are all commands of the page', () => {
  expect(commands.map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
    'encode mild', 'encode people', 'encode measured', 'predict people', 'redraw mild', 'redraw mild',
  ]);
});

it('they do what the page says, without the data that the runs learnt from', async () => {
  const outputs: string[] = [];
  for (const command of commands) outputs.push(await printed(command));
  expect(outputs[0]).toMatch(/^features\.npy and features\.npy\.names\.csv: 12 examples, \d+ features each$/m);
  expect(lines('features.npy.names.csv').slice(0, 2)).toEqual(['file,row', 'a-idx3-ubyte.gz,0']);
  expect(outputs[1]).toContain('columns that are no inputs of the run are left out: more');
  expect(outputs[1]).toContain('column x: 1 row has no value; the run never saw that in this column');
  expect(lines('features.csv')[0]).toMatch(/^file,row,feature_1/);
  expect(outputs[2]).toMatch(/^features\.parquet: 120 examples, \d+ features each$/m);
  expect(lines('predictions.csv')[0]).toBe('file,row,y,y=no,y=yes');
  expect(readdirSync(join(folder, 'twos'))).toHaveLength(12);
  expect(readdirSync(join(folder, 'redrawn'))).toEqual(['0', '1', '2', '3']);
}, 240_000);

it('what is there is not overwritten, and other data are refused by name', async () => {
  const again = await typed(commands[0] ?? '');
  expect([again.code, again.output]).toEqual([2, expect.stringContaining('--out: expected nothing there yet')]);
  const others = await typed('encode people --data-dir vectors --out other.csv');
  expect([others.code, others.output]).toEqual([2, expect.stringContaining('expected columns x, z, which the run was trained with')]);
  expect(readdirSync(folder).filter((name) => name.includes('other.csv'))).toEqual([]);
}, 60_000);
