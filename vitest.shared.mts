import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * The test settings of one project; the JSON report is what `.ci/run` counts. `filesAtOnce` above one is for tests that
 * mostly wait for processes of their own: on two cores vitest alone would play one file at a time.
 */
export function projectTests(root: string, filesAtOnce?: number) {
  return defineConfig({
    root,
    ssr: { resolve: { conditions: ['@lethe/source', ...defaultServerConditions] } },
    test: {
      environment: 'node',
      watch: false,
      pool: 'forks',
      ...(filesAtOnce === undefined ? {} : { maxWorkers: filesAtOnce }),
      passWithNoTests: true,
      include: [root.endsWith('/tools') ? '**/*.spec.ts' : 'src/**/*.spec.ts'],
      reporters: ['default', 'json'],
      outputFile: { json: 'test-output/vitest.json' },
    },
  });
}
