import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { runPython } from '@lethe/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXAMPLES, exampleInputs, exampleNetworks, type ExampleName } from '../testing/example-networks.js';
import { TOLERANCE } from './check/compute-check.js';
import { exportFiles } from './export-files.js';

const CHECK = readFileSync(fileURLToPath(new URL('../testing/check_export.py', import.meta.url)), 'utf8');

let engine: Engine;
let folder: string;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 1, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
});
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-exported-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

interface Difference { readonly program: string; readonly function: string; readonly largest_difference: number }

describe('exported files', () => {
  it.each(Object.keys(EXAMPLES) as ExampleName[])('of %s give in Python what the engine gives', async (name) => {
    const networks = exampleNetworks(name);
    const { files, functions } = await exportFiles({
      networks, engine, images: exampleInputs(networks, 4), title: name, version: '1',
    });
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const found = await runPython(CHECK, [folder, 'onnx', 'numpy']) as Difference[];
    expect(found.map((one) => `${one.program} ${one.function}`)).toEqual(
      ['onnx', 'numpy'].flatMap((program) => functions.flatMap(({ name: one, outputs }) => (
        outputs.map((output) => `${program} ${one}.${output.name}`)
      ))),
    );
    for (const one of found) expect(one.largest_difference, `${one.program} ${one.function}`).toBeLessThan(TOLERANCE);
  }, 60_000);
});
