// Checks golden rounds, bits, speed and memory on GPUs: `npx nx run tools:gpu-check -- --help`. Its report is made to be sent.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import { findGpus } from '@lethe/tensorflow';
import { Command, Option } from 'commander';
import { CardWatch } from './card-watch.js';
import { chooseDevices, type Checked } from './choose-devices.js';
import { goldenRounds } from './golden-rounds.js';
import { reportText, type Finding } from './report.js';
import { moreSpeed, sameBits } from './trained-runs.js';

/** Exit code where something needed is missing and nothing was started. */
const USAGE = 2;
const PARTS = ['golden', 'bits', 'speed'] as const;

interface Options {
  readonly device: 'gpu' | 'cpu';
  readonly rounds: number;
  readonly only: string;
  readonly goldenTests?: string;
  readonly out: string;
}

const options = new Command('gpu-check')
  .description('Plays the golden rounds, compares the bits of one worker and two, measures speed and memory, and leaves one report.')
  .addOption(new Option('--device <device>', 'what to check; cpu tries the check itself').choices(['gpu', 'cpu']).default('gpu'))
  .option('--rounds <count>', 'of each training', (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : Number.NaN), 80)
  .addOption(new Option('--only <part>', 'one part of the check').choices(['all', ...PARTS]).default('all'))
  .option('--golden-tests <pattern>', 'only golden tests whose names match')
  .option('--out <file>', 'where the report is written as well', 'gpu-check.txt')
  .parse().opts<Options>();

async function find(part: Finding['part'], checked: Checked, folder: string): Promise<Finding> {
  const training = { checked, rounds: options.rounds, runsFolder: folder, environment: process.env };
  try {
    switch (part) {
      case 'golden':
        return await goldenRounds({
          gpu: checked.kind === 'gpu' ? (checked.cards[0]?.id ?? null) : null,
          tests: options.goldenTests ?? null,
          folder,
          environment: process.env,
        });
      case 'bits':
        return await sameBits(training);
      case 'speed':
        return await moreSpeed(training);
    }
  } catch (error) {
    return { part, passed: false, lines: [error instanceof Error ? error.message : String(error)] };
  }
}

/** Refuses a report that cannot be written before the check starts. */
function expectWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new LetheError('CONFIG_INVALID', `--out: expected a file that can be written, found ${file}`, { cause: error });
  }
}

async function check(): Promise<number> {
  if (Number.isNaN(options.rounds)) throw new LetheError('CONFIG_INVALID', '--rounds: expected a whole number of at least 1');
  const checked = chooseDevices(options.device, await findGpus(process.env));
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), options.out);
  expectWritable(file);
  const folder = mkdtempSync(join(tmpdir(), 'lethe-gpu-check-'));
  const watch = new CardWatch(process.env);
  try {
    const findings: Finding[] = [];
    for (const part of PARTS.filter((name) => options.only === 'all' || options.only === name))
      findings.push(await find(part, checked, folder));
    const text = reportText({ device: checked.kind, rounds: options.rounds, findings, cards: await watch.end() });
    process.stdout.write(text);
    writeFileSync(file, text);
    process.stdout.write(`(written to ${file})\n`);
    return findings.every(({ passed }) => passed) ? 0 : 1;
  } finally {
    await watch.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await check();
} catch (error) {
  process.stderr.write(`error: ${errorMessage(error)}\n`);
  process.exitCode = errorCode(error) === undefined ? 1 : USAGE;
}
