import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

/** The part of Vitest's JSON report that is read here. */
export interface TestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** A file that failed before its first test (a broken import, say) counts as one failure. */
export function countReport(report: TestReport): TestCount {
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    const failedHere = file.assertionResults.filter((test) => test.status === 'failed').length;
    passed += file.assertionResults.filter((test) => test.status === 'passed').length;
    failed += failedHere === 0 && file.status === 'failed' ? 1 : failedHere;
  }
  return { passed, failed };
}

/** Sums the reports of these projects; a project that has specs but left no report counts as one failure. */
export function countProjects(projects: readonly string[]): TestCount {
  const counts = projects.map((project): TestCount => {
    const report = join(project, 'test-output', 'vitest.json');
    if (existsSync(report)) return countReport(JSON.parse(readFileSync(report, 'utf8')) as TestReport);
    return { passed: 0, failed: hasSpecs(project) ? 1 : 0 };
  });
  return counts.reduce(
    (sum, count) => ({ passed: sum.passed + count.passed, failed: sum.failed + count.failed }),
    { passed: 0, failed: 0 },
  );
}

/** Every folder of the workspace that holds a project. */
export function listProjects(workspaceRoot: string): string[] {
  const parents = ['apps', 'libs'].map((parent) => join(workspaceRoot, parent));
  const children = parents.flatMap((parent) => readdirSync(parent).map((child) => join(parent, child)));
  return [...children, join(workspaceRoot, 'tools')].filter((folder) => existsSync(join(folder, 'package.json')));
}

function hasSpecs(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (!entry.isDirectory()) return entry.name.endsWith('.spec.ts');
    return !['node_modules', 'dist', 'out-tsc'].includes(entry.name) && hasSpecs(join(folder, entry.name));
  });
}
