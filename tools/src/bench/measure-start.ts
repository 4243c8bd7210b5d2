import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { INSTALLATION } from '@lethe/programs';
import { COORDINATOR } from './play-rounds.js';

const IDLE_SECONDS = 5;
/** The kernel counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export interface StartRow {
  /** Seconds from `nx run coordinator:train` to the first round that is committed. */
  readonly secondsWithNx: number;
  /** The same without Nx. */
  readonly seconds: number;
  /** Share of one core that all processes of a cluster use together while it waits for a worker. */
  readonly idleShare: number;
}

const COMMAND = ['--recipe', 'article', '--no-grid', '--no-evaluation'];

export async function measureStart(runsFolder: string): Promise<StartRow> {
  const command = (name: string): string[] => [...COMMAND, '--name', name, '--runs-dir', runsFolder];
  const secondsWithNx = await secondsToFirstRound('npx', ['nx', 'run', 'coordinator:train', '--', ...command('start-nx')]);
  const seconds = await secondsToFirstRound(process.execPath, [COORDINATOR, 'train', ...command('start')]);
  const idle = start(process.execPath, [COORDINATOR, 'train', ...command('idle'), '--listen', 'tcp://127.0.0.1:0', '--await-workers', '2']);
  try {
    await printed(idle, /workers join with/);
    await new Promise((resolve) => setTimeout(resolve, 10_000)); // its own worker has loaded by then
    const before = processorSeconds(idle.pid ?? 0);
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
    return { secondsWithNx, seconds, idleShare: (processorSeconds(idle.pid ?? 0) - before) / IDLE_SECONDS };
  } finally {
    await end(idle);
  }
}

async function secondsToFirstRound(program: string, argv: readonly string[]): Promise<number> {
  const started = performance.now();
  const run = start(program, argv);
  try {
    await printed(run, /round \d+\/[\d,]+/);
    return (performance.now() - started) / 1000;
  } finally {
    await end(run);
  }
}

/** Starts a process group, so that it can be ended with every process that it has started. */
function start(program: string, argv: readonly string[]): ChildProcess {
  return spawn(program, argv, { cwd: INSTALLATION, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function printed(run: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    run.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      if (pattern.test(text)) resolve();
    });
    run.once('exit', (code) => { reject(new Error(`expected ${String(pattern)}, found that it ended with ${String(code)}: ${text}`)); });
  });
}

async function end(run: ChildProcess): Promise<void> {
  if (run.exitCode !== null || run.pid === undefined) return;
  const ended = once(run, 'exit');
  process.kill(-run.pid, 'SIGINT');
  await ended;
}

/** Processor time of a process and its children until now. */
function processorSeconds(parent: number): number {
  const family = readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id))
    .map((id) => statOf(id))
    .filter((stat) => stat !== null);
  return (
    family.filter(({ id, parent: of }) => id === parent || of === parent).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND
  );
}

function statOf(id: string): { readonly id: number; readonly parent: number; readonly ticks: number } | null {
  try {
    // After the name, which may hold anything: state, parent, ... and as the 12th and 13th user and system time.
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { id: Number(id), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null; // it has ended
  }
}
