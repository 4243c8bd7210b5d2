import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { idxBytes } from '@lethe/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, checkedNumbers, largestDifference, numbersOf } from './exported-check.js';
import { lethe } from './lethe-process.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file)) ?? null;
/** Where the tests must not go without it, as in CI, one without it fails. */
const isSkipped = CHROMIUM === null && process.env['LETHE_TEST_BROWSER'] !== 'required';
const EXAMPLE = fileURLToPath(new URL('../../../examples/encode-in-the-browser', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lethe-browser-'));
const [runs, publicFolder, exported] = ['runs', 'public', 'exported'].map((name) => join(folder, name)) as [string, string, string];
const [SIDE, LABELS, TOLERANCE] = [28, 10, 1e-5];
const servers: ViteDevServer[] = [];
let browser: Browser | null = null;

async function run(...argv: readonly string[]): Promise<void> {
  const { code, output } = await lethe([...argv, '--runs-dir', runs]);
  expect(code, output).toBe(0);
}

/** The example with what lies in a folder, on a page that is open. */
async function open(served: string): Promise<Page> {
  const server = await createServer({ root: EXAMPLE, publicDir: served, server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  servers.push(server);
  await server.listen();
  const page = await browser!.newPage({ viewport: { width: 1100, height: 900 } });
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  await page.waitForSelector('body[data-state]', { timeout: 60_000 });
  return page;
}

/** @param strokes of points [across, down], as shares of the canvas */
async function draw(page: Page, strokes: readonly (readonly [number, number])[][]): Promise<void> {
  const box = (await page.locator('#drawing').boundingBox())!;
  for (const stroke of strokes) {
    for (const [index, [across, down]] of stroke.entries()) {
      await page.mouse.move(box.x + across * box.width, box.y + down * box.height, { steps: 5 });
      if (index === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
}

/** Features of inputs of the encoder, by a model that is opened for them. */
function encoded(page: Page, inputs: readonly number[]): Promise<number[]> {
  return page.evaluate(`import('/model.js').then(({ openModel }) => openModel('./model'))
    .then((model) => model.encode(Float32Array.from([${inputs.join()}]))).then((features) => [...features])`);
}

/** Features of the bytes of images, by the command. */
async function encodedByCommand(name: string, bytes: Uint8Array): Promise<Float32Array> {
  const [data, out] = [join(folder, name), join(folder, `${name}.npy`)];
  mkdirSync(data);
  writeFileSync(join(data, 'some-idx3-ubyte'), idxBytes([bytes.length / SIDE ** 2, SIDE, SIDE], bytes));
  await run('encode', 'digits', '--data-dir', data, '--out', out);
  return numbersOf(readFileSync(out));
}

function expectEqual(found: readonly number[], expected: ArrayLike<number>): void {
  expect(largestDifference(found, expected)).toBeLessThanOrEqual(TOLERANCE);
}

beforeAll(async () => {
  if (isSkipped) return;
  expect(CHROMIUM, 'chromium is not installed').not.toBeNull();
  mkdirSync(publicFolder);
  await run('train', '--rounds', '8', '--no-evaluation', '--no-grid', '--name', 'digits');
  await run('export', 'digits', '--out', exported);
  symlinkSync(exported, join(publicFolder, 'model'));
  browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(isSkipped)(isSkipped ? 'skipped: chromium is not installed' : 'the page that encodes a digit', () => {
  it('encodes and redraws what is drawn', async () => {
    const page = await open(publicFolder);
    expect(await page.locator('body').getAttribute('data-state')).toBe('ready');
    await draw(page, [[[0.3, 0.25], [0.72, 0.25], [0.45, 0.82]], [[0.38, 0.53], [0.68, 0.53]]]);
    // The last image is that of the whole drawing once nothing is computed any more.
    await page.waitForFunction('document.body.dataset.shown !== undefined && document.body.dataset.computing === undefined');
    const shown = await page.evaluate<string[]>('[...document.querySelectorAll("#features output")].map(({ dataset }) => dataset.value)');
    const bytes = await page.evaluate<number[]>(
      `[...document.getElementById('input').getContext('2d').getImageData(0, 0, ${SIDE}, ${SIDE}).data]
        .filter((_, index) => index % 4 === 0)`,
    );
    expectEqual(shown.map(Number), await encodedByCommand('drawn', Uint8Array.from(bytes)));
    const images = await page.evaluate<string[]>('[...document.querySelectorAll("#redrawn canvas")].map((canvas) => canvas.toDataURL())');
    expect(new Set(images).size).toBe(LABELS);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.waitForFunction('document.querySelectorAll("#features output").length === 0');
  }, 120_000);

  it('gives the features that the run itself gave, and that the command encode gives', async () => {
    const page = await open(publicFolder);
    const images = checkedNumbers(exported, 'images');
    const found = await encoded(page, [...images]);
    expectEqual(found, checkedNumbers(exported, 'encoder.features'));
    expectEqual(found, await encodedByCommand('checked', bytesOf(images)));
  }, 60_000);

  it('says what is to be done where there is no model', async () => {
    mkdirSync(join(folder, 'empty'));
    const page = await open(join(folder, 'empty'));
    expect(await page.locator('#status').textContent()).toContain('npx lethe export RUN --out examples/encode-in-the-browser/public/model');
  }, 60_000);
});
