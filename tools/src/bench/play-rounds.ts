import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { INSTALLATION } from '@lethe/programs';

const run = promisify(execFile);
export const COORDINATOR = 'apps/coordinator/dist/main.js';

/** What is read of a run's `summary.json`. */
export interface Summary {
  readonly weights_sha256: string;
  readonly median_round_ms: number;
  readonly step: Readonly<Record<'inputMs' | 'computeMs' | 'sendMs' | 'waitMs' | 'wireMs' | 'sumMs' | 'updateMs', number>>;
  readonly resident_mb: Readonly<Record<'worker' | 'parameter-server', number>>;
  readonly sent_again: number;
  readonly wire: Readonly<Record<'bytes_sent' | 'bytes_received' | 'least_bytes', number>>;
}

export interface PlayedRun {
  /** Name of its folder. */
  readonly name: string;
  readonly recipe: 'article' | 'forget' | 'avatars';
  readonly runsFolder: string;
  readonly rounds: number;
  readonly flags: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Plays rounds of a recipe's game through the real command, without measuring and drawing.
 *
 * @throws Error of the command if it fails
 */
export async function playRounds({ name, recipe, runsFolder, rounds, flags, environment = process.env }: PlayedRun): Promise<Summary> {
  const command = [
    'train',
    '--recipe',
    recipe,
    '--rounds',
    String(rounds),
    '--no-grid',
    '--no-evaluation',
    '--quiet',
    '--name',
    name,
    '--runs-dir',
    runsFolder,
  ];
  await run(process.execPath, [COORDINATOR, ...command, ...flags], { cwd: INSTALLATION, env: environment });
  return JSON.parse(readFileSync(join(runsFolder, name, 'summary.json'), 'utf8')) as Summary;
}
