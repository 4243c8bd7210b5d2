import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countProjects, countReport, listProjects } from './count-tests.js';

const report = (...files: [status: string, ...tests: string[]][]) => ({
  testResults: files.map(([status, ...tests]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  })),
});

describe('countReport', () => {
  it('counts passed and failed tests, and neither for skipped ones', () => {
    const counted = countReport(report(['passed', 'passed', 'skipped'], ['failed', 'passed', 'failed', 'failed']));
    expect(counted).toEqual({ passed: 2, failed: 2 });
  });

  it('counts a file that failed before its first test as one failure', () => {
    expect(countReport(report(['failed']))).toEqual({ passed: 0, failed: 1 });
  });

  it('counts a file whose hooks failed after its tests passed as one failure', () => {
    expect(countReport(report(['failed', 'passed']))).toEqual({ passed: 1, failed: 1 });
  });
});

describe('countProjects', () => {
  let root: string;
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'count-tests-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('sums the reports, and counts a project with specs and no report as one failure', () => {
    for (const project of ['libs/silent', 'libs/empty', 'apps/heard', 'tools']) write(`${project}/package.json`, '{}');
    write('libs/silent/src/silent.spec.ts', '');
    write('apps/heard/test-output/vitest.json', JSON.stringify(report(['passed', 'passed', 'passed'])));
    write('tools/test-output/vitest.json', JSON.stringify(report(['passed', 'passed'])));

    expect(listProjects(root)).toHaveLength(4);
    expect(countProjects(listProjects(root))).toEqual({ passed: 3, failed: 1 });
  });
});
