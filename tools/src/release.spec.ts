import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const WORKSPACE = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(WORKSPACE, path), 'utf8');
const { version } = JSON.parse(read('libs/lethe/package.json')) as { version: string };

it('all packages have one version, with which the changelog begins', () => {
  const projects = ['apps', 'libs'].flatMap((place) => readdirSync(join(WORKSPACE, place)).map((name) => `${place}/${name}`));
  const manifests = ['.', 'tools', ...projects].map((project) => JSON.parse(read(`${project}/package.json`)) as { version: string });
  expect(new Set(manifests.map((manifest) => manifest.version))).toEqual(new Set([version]));
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)\n`));
});

it('the changelog says which version of configurations is written', () => {
  const source = read('libs/config/src/versions/saved-config.ts');
  const [, steps = ''] = /^const STEPS: readonly VersionStep\[\] = \[(.*)\];$/m.exec(source) ?? [];
  const written = steps.split(',').length + 1;
  const latest = [...read('CHANGELOG.md').matchAll(/Run configurations are of version (\d+)/g)][0]?.[1];
  expect(latest).toBe(String(written));
});

it('a release makes the next version and its section of the changelog of what changes say, and publishes nothing', async () => {
  const plans = join(WORKSPACE, '.nx/version-plans');
  const plan = join(plans, `spec-${process.pid}.md`);
  mkdirSync(plans, { recursive: true });
  writeFileSync(plan, '---\n__default__: minor\n---\n\nSomething that a user notices\n');
  try {
    const { stdout } = await promisify(execFile)('npx', ['nx', 'release', '--skip-publish', '--dry-run'], {
      cwd: WORKSPACE, maxBuffer: 2 ** 24, env: { ...process.env, NX_DAEMON: 'false', NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const next = `${major}.${minor + 1}.0`;
    expect(stdout).toContain(`+   "version": "${next}",`);
    expect(stdout).toMatch(new RegExp(`\\+ ## ${next.replaceAll('.', '\\.')} [^]*\\+ ### New[^]*\\+ - Something that a user notices\n`));
    expect(stdout).toContain('Skipped publishing packages');
  } finally {
    rmSync(plan);
  }
}, 120_000);
