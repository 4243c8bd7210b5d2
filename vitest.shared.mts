import { join } from 'node:path';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

interface TestSettings {
  /** More than one for tests that mostly wait for processes of their own: on two cores vitest alone would play one file at a time. */
  readonly filesAtOnce?: number;
  /** Whether tests start the programs of the workspace. */
  readonly startPrograms?: boolean;
}

/** The test settings of one project; the JSON report is what `.ci/run` counts. */
export function projectTests(root: string, { filesAtOnce, startPrograms = false }: TestSettings = {}) {
  return defineConfig({
    root,
    ssr: { resolve: { conditions: ['@lethe/source', ...defaultServerConditions] } },
    test: {
      environment: 'node',
      watch: false,
      pool: 'forks',
      ...(startPrograms ? { globalSetup: join(import.meta.dirname, 'vitest.programs.mts') } : {}),
      ...(filesAtOnce === undefined ? {} : { maxWorkers: filesAtOnce }),
      passWithNoTests: true,
      include: [root.endsWith('/tools') ? '**/*.spec.ts' : 'src/**/*.spec.ts'],
      reporters: ['default', 'json'],
      outputFile: { json: 'test-output/vitest.json' },
    },
  });
}
