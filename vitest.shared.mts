import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

interface TestSettings {
  /** More than one for tests that mostly wait for processes of their own: on two cores vitest alone would play one file at a time. */
  readonly filesAtOnce?: number;
  /** Whether tests start the programs of the workspace. */
  readonly startPrograms?: boolean;
  /** Whether each file gets a process of its own: where modules are replaced, or what a process has is compared with what it had. */
  readonly ownProcesses?: boolean;
  /** Names of the files that take longest, the longest first: none of them should be what the others wait for in the end. */
  readonly longest?: readonly string[];
}

/** Without results of an earlier run vitest begins with the files that have most bytes, which says little about their time. */
function longestFirst(longest: readonly string[]): typeof BaseSequencer {
  const rank = ({ moduleId }: TestSpecification): number => {
    const index = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
    return index < 0 ? longest.length : index;
  };
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
    }
  };
}

/** The test settings of one project; the JSON report is what `.ci/run` counts. */
export function projectTests(root: string, { filesAtOnce, startPrograms = false, ownProcesses = false, longest = [] }: TestSettings = {}) {
  return defineConfig({
    root,
    test: {
      environment: 'node',
      watch: false,
      pool: 'forks',
      // Files follow one another in one process, which loads packages like tfjs once.
      isolate: ownProcesses,
      // No test depends on how fast the machine is.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // Node imports a run's own code as in a process of a run, with its own source map.
      server: { deps: { external: [/\/lethe-code-[\w-]+\//] } },
      ...(startPrograms ? { globalSetup: join(import.meta.dirname, 'vitest.programs.mts') } : {}),
      sequence: { sequencer: longestFirst(longest) },
      ...(filesAtOnce === undefined ? {} : { maxWorkers: filesAtOnce }),
      passWithNoTests: true,
      include: [root.endsWith('/tools') ? '**/*.spec.ts' : 'src/**/*.spec.ts'],
      reporters: ['default', 'json'],
      outputFile: { json: 'test-output/vitest.json' },
    },
  });
}
