import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usableCores } from '@lethe/config';
import { afterAll, describe, expect, it } from 'vitest';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
const lethe = join(workspace, 'node_modules/.bin/lethe');
const elsewhere = mkdtempSync(join(tmpdir(), 'lethe-bin-'));

interface Ended { readonly code: number | null; readonly out: string; readonly err: string }

function run(command: string, argv: readonly string[], cwd: string): Promise<Ended> {
  // Typed by a user: nothing that npm, Nx or vitest set for this test may reach it.
  const kept = Object.entries(process.env).filter(([name]) => !/^(INIT_CWD|NX_|npm_|VITEST|NODE_OPTIONS|NODE_ENV)/.test(name));
  const child = spawn(command, argv, { cwd, env: Object.fromEntries(kept), stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (texts.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (texts.err += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}

afterAll(() => rmSync(elsewhere, { recursive: true }));

describe('node_modules/.bin/lethe', { timeout: 60_000 }, () => {
  it('helps, from any folder', async () => {
    const { code, out, err } = await run(lethe, ['train', '--help'], elsewhere);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('npx lethe train --recipe article');
  });

  it('loads no package for that but what reads a command line', () => {
    const dist = join(workspace, 'apps/coordinator/dist');
    const [commandLine = ''] = /run-command-line-\w+\.js/.exec(readFileSync(join(dist, 'main.js'), 'utf8')) ?? [];
    const parts = ['main.js', commandLine];
    const packages = new Set<string>();
    for (const part of parts) {
      for (const [, name = ''] of readFileSync(join(dist, part), 'utf8').matchAll(/^(?:import|\}|import .*) (?:from )?"([^"]+)";$/gm)) {
        const file = basename(name);
        if (!name.startsWith('./')) packages.add(name);
        else if (!parts.includes(file)) parts.push(file);
      }
    }
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.filter((part) => readFileSync(join(dist, part), 'utf8').includes('kernels.wasm'))).toEqual([]);
    expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual(['commander', 'zod']);
  });

  it('refuses a typing error, with its own exit code', async () => {
    const { code, out, err } = await run(lethe, ['train', '--wrkers', '2'], elsewhere);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe("error: unknown option '--wrkers' (Did you mean --workers?)\n(npx lethe train --help lists what can be said)\n");
  });

  it.each([
    ['nothing of the kind', 'readme.txt', Buffer.from('hello'), ['--data-dir: expected images (with labels.csv', '']],
    [
      'only a truncated file', 'train-images-idx3-ubyte', Buffer.from([0, 0, 8, 3, 0, 0]),
      ['train-images-idx3-ubyte: expected an IDX header of 16 bytes, found a file of 6 bytes', 'reading the data\n'],
    ],
    [
      'only a foreign file', 'train-images-idx3-ubyte', Buffer.from('%PDF-1.7 and so on, longer than a header'),
      ['train-images-idx3-ubyte: expected an IDX file of images', 'reading the data\n'],
    ],
  ])('starts nothing on a folder with %s', async (_, name, bytes, [message, said]) => {
    const data = mkdtempSync(join(elsewhere, 'data-'));
    for (const file of [
      name,
      name.replace('images-idx3', 'labels-idx1'),
      name.replace('train', 't10k'),
      name.replace('train', 't10k').replace('images-idx3', 'labels-idx1'),
    ]) {
      writeFileSync(join(data, file), bytes);
    }
    const { code, out, err } = await run(lethe, ['train', '--data-dir', data], elsewhere);
    expect({ code, out }).toEqual({ code: 2, out: said });
    expect(err).toContain(message);
    expect(readdirSync(elsewhere)).not.toContain('runs');
  });

  it.each([['train'], ['evaluate', 'mild']])('starts no more workers than the machine has cores for: %s', async (...command) => {
    const { code, out, err } = await run(lethe, [...command, '--workers', String(4 * usableCores() + 1)], elsewhere);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(
      /^error: --workers: expected at most \d+ workers here, 4 for each of \d+ cores? \(--oversubscribe allows more\), found \d+\n/,
    );
    expect(readdirSync(elsewhere)).not.toContain('runs');
  });

  it.each([
    ['train', ['--runs-dir', 'file'], '--runs-dir: expected a folder, found the file'],
    ['sweep', ['--runs-dir', 'file', '--beta', '0.1,0.2'], '--runs-dir: expected a folder, found the file'],
    ['data', ['.', '--out', 'file'], '--out: expected a folder, found the file'],
    ['grid', ['any', '--out', 'none/grid.png'], '--out: expected a file in a folder that is there, found'],
  ])('looks at what %s would write before any work', async (command, flags, message) => {
    writeFileSync(join(elsewhere, 'file'), '');
    const { code, out, err } = await run(lethe, [command, ...flags], elsewhere);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('means the folder where the user typed', async () => {
    const { code, err } = await run(lethe, ['grid', 'absent'], elsewhere);
    expect(code).toBe(2);
    expect(err).toBe(
      `error: absent: expected a run (a folder with config.json), found none at ${elsewhere}/runs/absent or ${elsewhere}/absent\n`,
    );
  });
});

describe('lethe worker', { timeout: 60_000 }, () => {
  it('refuses in its own process what was not printed by a run, without telling half a secret', async () => {
    const { code, out, err } = await run(
      lethe,
      ['worker', '--join', 'tcp://127.0.0.1:5555', '--key', 'Kabc', '--token', 'Tdef'],
      elsewhere,
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('--key: expected what the run printed (or --insecure-plaintext), found 4 characters');
    expect(err).toContain('(npx lethe worker --help lists what can be said)');
    expect(err).not.toMatch(/Kabc|Tdef/);
  });
});

const subFolder = join(workspace, 'apps/coordinator/src');

describe('npx lethe', { timeout: 60_000 }, () => {
  it('means the folder where the user typed, although npx moves up to the package', async () => {
    const { code, err } = await run('npx', ['lethe', 'grid', 'absent'], subFolder);
    expect(code).toBe(2);
    expect(err).toContain(`found none at ${subFolder}/runs/absent or ${subFolder}/absent`);
  });
});

describe('npx nx run coordinator:train', { timeout: 120_000 }, () => {
  it('refuses the same from a sub-folder, which relative paths mean', async () => {
    const flags = ['--config', 'absent.json', '--beta', '-1'];
    const { code, out, err } = await run('npx', ['nx', 'run', 'coordinator:train', '--', ...flags], subFolder);
    expect(code).toBe(1);
    expect(out + err).toContain(
      `error: --config: expected a file that can be read, found none at absent.json ` +
      `(ENOENT: no such file or directory, open '${subFolder}/absent.json')`,
    );
  });

  it('helps', async () => {
    const { code, out } = await run('npx', ['nx', 'run', 'coordinator:train', '--', '--help'], subFolder);
    expect(code).toBe(0);
    expect(out).toContain('npx lethe train --recipe article');
  });
});
