import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImage } from '@lethe/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-documented-'));
/** The commands of the pages that begin with the reader's own data. */
const commands = ['data.md', 'keep-and-forget.md'].flatMap((page) => {
  const text = readFileSync(fileURLToPath(new URL(`../../../docs/${page}`, import.meta.url)), 'utf8');
  return [...text.replaceAll(/ \\\n */g, ' ').matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, header: string, rowOf: (row: number) => string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'table.csv'), `${header}\n${Array.from({ length: 240 }, (_, row) => rowOf(row)).join('\n')}\n`);
}

beforeAll(async () => {
  vi.stubEnv('INIT_CWD', folder);
  const images = join(folder, 'photographs');
  const rows = Array.from({ length: 60 }, (_, index) => `${index}.png,${['newt', 'frog'][index % 2] ?? ''}`);
  for (const index of rows.keys()) await writeImage(join(images, `${index}.png`), [4 * index, 0, 0], 16);
  writeFileSync(join(images, 'labels.csv'), `file,species\n${rows.join('\n')}\n`);
  write('patients', 'row,age,pressure,patient,hospital,ill', (row) => {
    const ill = ['no', 'yes'][(row * 7) % 2] ?? '';
    return `${row},${20 + ((row * 7) % 61)},${100 + ((row * 11) % 47)},p${row % 60},${row < 120 ? 'north' : 'south'},${ill}`;
  });
  write('people', 'income,sex,age,hours', (row) => (
    [['low', 'high'][row % 2], ['f', 'm'][(row >> 1) % 2], 20 + ((row * 7) % 50) + 9 * (row % 2), 30 + (row % 20)].join()
  ));
  write('spreadsheet', 'price;kind', (row) => `1.${100 + row},5;${row % 3 === 0 ? 'old' : 'new'}`);
});

it('there are commands in these pages', () => {
  expect(commands.length).toBeGreaterThan(9);
});

const trains = (command: string): boolean => /^(?:train|sweep) /.test(command);

it.concurrent.each(commands.filter((command) => !trains(command)))('lethe %s', async (command) => {
  const { code, output } = await lethe(command.split(' '));
  expect(code, output).toBe(0);
}, 120_000);

it.each(commands.filter(trains))('lethe %s', async (command) => {
  // Fewer rounds than the recipe has: that a command is right does not depend on them.
  const short = command.includes('--rounds') ? [] : ['--rounds', '10'];
  const { code, output } = await lethe([...command.split(' '), ...short, '--runs-dir', join(folder, 'runs')]);
  expect(code, output).toBe(0);
}, 120_000);
