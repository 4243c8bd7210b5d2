import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttributesEvaluation } from '@lethe/evaluation';
import { writeImage } from '@lethe/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-documented-faces-'));
const text = readFileSync(fileURLToPath(new URL('../../../docs/faces.md', import.meta.url)), 'utf8');
const commands = [...text.matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);
/** Small images and few rounds: what a command does does not depend on them. */
const SMALL = '--rounds 4 --batch-size 16 --held-out 4 --image-size 16 --encoder-depth 3 --probes linear --workers 1';
/** As few as show that redrawing obeys, within half a minute. */
const OBEYING = '--rounds 1000 --batch-size 16 --held-out 16 --image-size 32 --encoder-depth 4 --encoder-most-maps 32 --probes linear';

beforeAll(async () => {
  vi.stubEnv('INIT_CWD', folder);
  writeFileSync(join(folder, 'few-faces.json'), JSON.stringify({
    data: { avatars: { count: 1500 } }, objective: { optimizers: { eraser: { learningRate: 0.1 } } },
  }));
  mkdirSync(join(folder, 'celeba'));
  const lines = await Promise.all(Array.from({ length: 40 }, async (_, index) => {
    const file = `${String(index + 1).padStart(6, '0')}.jpg`;
    await writeImage(join(folder, 'celeba', file), [6 * index, 90, 0], 30);
    return `${file} ${index % 2 === 0 ? 1 : -1} ${index % 3 === 0 ? 1 : -1} ${index % 5 === 0 ? 1 : -1}`;
  }));
  writeFileSync(join(folder, 'celeba', 'list_attr_celeba.txt'), ['40', 'Smiling Male Eyeglasses', ...lines, ''].join('\n'));
  await writeImage(join(folder, 'my-photo.jpg'), [200, 120, 90], 40);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What a command of the page prints, of small images. */
async function printed(command: string): Promise<string> {
  const size = command.includes('--name hidden') ? OBEYING : /--name/.test(command) ? SMALL : `${SMALL} --no-evaluation`;
  const small = command.startsWith('train') ? ` ${size}` : '';
  const drawn = command.includes('avatars') ? ' --config few-faces.json' : '';
  const { code, output } = await lethe(`${command.replace(' DIR', ' celeba')}${drawn}${small}`.split(' '));
  expect(code, output).toBe(0);
  return output;
}

it('these are all commands of the page', () => {
  expect(commands.map((command) => command.split(' ', 1).join())).toEqual([
    'train', 'train', 'train', 'train', 'train', 'compare', 'grid', 'redraw',
  ]);
});

it('they train, compare, draw and redraw as the page says', async () => {
  const [first = '', second = '', paper = '', hidden = '', plain = '', compare = '', grid = '', redraw = ''] = commands;
  await Promise.all([first, second, paper].map(printed));
  const ended = await printed(hidden);
  expect(ended).toMatch(/glasses, redrawn +to no .*; to yes .*[\s\S]*reconstruction error .* PSNR [\d.]+ dB/);
  expect(ended).toMatch(/^redrawn examples +runs\/hidden\/grids\/round-001000\.png$/m);
  const run = join(folder, 'runs', 'hidden');
  const { redrawn } = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8')) as AttributesEvaluation;
  expect(redrawn).toMatchObject([{ name: 'glasses', to: [{ value: 'no' }, { value: 'yes' }] }]);
  for (const { share } of redrawn?.[0]?.to ?? []) expect(share).toBeGreaterThan(0.85);
  const drawn = join(run, 'grids', 'round-001000.png');
  const picture = readFileSync(drawn);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain(picture.toString('base64'));
  rmSync(drawn);
  await printed(grid);
  expect(readFileSync(drawn).equals(picture)).toBe(true);
  await printed(plain);
  const compared = await printed(compare);
  for (const figure of ['forgotten_glasses_balanced', 'swap_glasses_to_no', 'swap_glasses_to_yes', 'reconstruction_psnr'])
    expect(compared).toMatch(new RegExp(`^${figure} +[\\d.]+ .*[\\d.]+`, 'm'));
  const said = await printed(redraw);
  expect(said).toContain('my-photo.jpg (40 x 40): all of it is taken, and brought to 32 x 32 x 3');
  expect(said).toMatch(/^my-photo: glasses=(yes|no)$/m);
  expect(readdirSync(join(folder, 'with-glasses')).sort()).toEqual([
    ...['-0.5', '-1', '0.5', '1.5', '2', 'no', 'yes'].map((place) => `glasses=${place}`), 'my-photo.png',
  ]);
}, 240_000);
