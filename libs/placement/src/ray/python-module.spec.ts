import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rayModule } from '@lethe/programs';

const MODULE = rayModule();
const TESTS = join(MODULE, '../tests');

/** Why the module cannot be run here; null: it can. Ray needs Python 3.10. */
function whyNoPython(): string | null {
  const { status, stdout } = spawnSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2], sys.version_info >= (3, 10))']);
  if (status !== 0) return 'there is no python3';
  const [version = '', isNewEnough] = stdout.toString().trim().split(' ');
  return isNewEnough === 'True' ? null : `python3 is Python ${version}`;
}
const reason = whyNoPython();

describe.skipIf(reason !== null)(`the Python module that speaks to Ray${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it('compiles', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lethe-compiled-'));
    const files = readdirSync(MODULE).filter((name) => name.endsWith('.py')).map((name) => join(MODULE, name));
    expect(files.length).toBeGreaterThan(3);
    execFileSync('python3', ['-m', 'py_compile', ...files], { env: { ...process.env, PYTHONPYCACHEPREFIX: folder } });
    rmSync(folder, { recursive: true });
  });

  it('passes its own tests, which need no Ray', () => {
    const env = { ...process.env, PYTHONPATH: MODULE, PYTHONDONTWRITEBYTECODE: '1' };
    const { status, stderr } = spawnSync('python3', ['-m', 'unittest', 'discover', '-s', TESTS], { env, encoding: 'utf8' });
    expect(stderr).toMatch(/^Ran 1\d tests in /m);
    expect(status, stderr).toBe(0);
  }, 30_000);
});
