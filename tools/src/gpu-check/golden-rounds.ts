import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION } from '@lethe/programs';
import type { Finding } from './report.js';

const PROJECT = join(INSTALLATION, 'libs/evaluation');
const SPEC = 'src/article-golden.spec.ts';
/** Time limit of a test. The first one loads, and partly compiles, the kernels of a GPU. */
const TIMEOUT_MS = 300_000;
const SHOWN_CHARACTERS = 200;

/** What is read of Vitest's JSON report. */
interface GoldenReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

export interface GoldenOptions {
  /** Id of a GPU; null: the processors. */
  readonly gpu: string | null;
  /** Only tests whose names match; null: all. */
  readonly tests: string | null;
  /** Folder for the test's own report. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The golden rounds against PyTorch, as CI tests them on the processors. */
export async function goldenRounds({ gpu, tests, folder, environment }: GoldenOptions): Promise<Finding> {
  const report = join(folder, 'golden.json');
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    SPEC,
    '--root',
    PROJECT,
    '--reporter=json',
    `--outputFile=${report}`,
    `--testTimeout=${TIMEOUT_MS}`,
    `--hookTimeout=${TIMEOUT_MS}`,
    ...(tests === null ? [] : ['-t', tests]),
  ];
  // Exit code 1 means that a test failed, which the report says.
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      vitest,
      { cwd: INSTALLATION, env: { ...environment, ...(gpu === null ? {} : { LETHE_GOLDEN_GPU: gpu }) } },
      (_, out, problem) => {
        resolve(`${out}${problem}`);
      },
    );
  });
  try {
    return findingOf(JSON.parse(readFileSync(report, 'utf8')) as GoldenReport);
  } catch {
    return { part: 'golden', passed: false, lines: [`the golden rounds did not run: ${shortened(output)}`] };
  }
}

/** The finding in a report of Vitest. */
export function findingOf({ testResults }: GoldenReport): Finding {
  const tests = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed' || status === 'failed');
  const failed = tests.filter(({ status }) => status === 'failed');
  const broken = tests.length === 0 ? testResults.map(({ message }) => shortened(message)).filter((text) => text !== '') : [];
  const lines = [
    `${tests.length - failed.length} of ${tests.length} golden tests agree with PyTorch`,
    ...broken,
    ...failed.map(({ fullName, failureMessages: [message = ''] }) => `${fullName}: ${shortened(message)}`),
  ];
  return { part: 'golden', passed: tests.length > 0 && failed.length === 0, lines };
}

function shortened(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, SHOWN_CHARACTERS);
}
