import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** The test settings of one project; the JSON report is what `.ci/run` counts. */
export function projectTests(root: string) {
  return defineConfig({
    root,
    ssr: { resolve: { conditions: ['@lethe/source', ...defaultServerConditions] } },
    test: {
      environment: 'node',
      watch: false,
      pool: 'forks',
      passWithNoTests: true,
      include: [root.endsWith('/tools') ? '**/*.spec.ts' : 'src/**/*.spec.ts'],
      reporters: ['default', 'json'],
      outputFile: { json: 'test-output/vitest.json' },
    },
  });
}
