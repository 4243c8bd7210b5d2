import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTALLATION } from '@lethe/programs';
import { INJECTION_VARIABLE, type FaultInjection, type ProcessFault } from './process-fault.js';

const INJECT = pathToFileURL(join(INSTALLATION, 'apps/e2e/dist/inject-faults.js')).href;
/** Sooner or later a fault would have to be that of the run. */
const MOST_RESUMES = 40;

/** What a run came to. */
export interface ChaosOutcome {
  readonly sha256: string;
  /** Rounds as the metrics show them. */
  readonly rounds: readonly number[];
  /** Faults that happened. */
  readonly happened: readonly string[];
  /** Of coordinators, each of which was followed by one that resumed. */
  readonly kills: number;
  /** Seconds from each kill of a coordinator to the first commit that one after it heard of. */
  readonly resumeSeconds: readonly number[];
  readonly seconds: number;
  readonly output: string;
}

/** What outlives the processes of a run: `train` with these flags. */
export interface ChaosGame {
  readonly name: string;
  readonly flags: readonly string[];
}

/** Plays a run in real processes, with the faults; a coordinator that is killed is followed by one that resumes. */
export async function playWithFaults(
  { name, flags }: ChaosGame, faults: readonly ProcessFault[], onProgress: (line: string) => void = () => undefined,
): Promise<ChaosOutcome> {
  const folder = mkdtempSync(join(tmpdir(), `lethe-chaos-${name}-`));
  const happened = join(folder, 'happened');
  const begun = join(folder, 'begun');
  for (const made of [happened, begun]) mkdirSync(made);
  const injection: FaultInjection = { faults, happened, begun };
  const started = performance.now();
  const runs = ['--runs-dir', folder];
  try {
    let output = '';
    let kills = 0;
    for (let starts = 0; starts <= MOST_RESUMES; starts += 1) {
      const given = starts === 0 ? [...flags, '--name', 'run'] : ['--resume', 'run'];
      const ended = await coordinate(['train', ...given, ...runs], injection, onProgress);
      output += ended.output;
      const isKilled = ended.signal === 'SIGKILL';
      if (isKilled) kills += 1;
      // Where the disk was full at the end, somebody frees some space and resumes.
      if (isKilled || /error: Cannot write .+ EFBIG/.test(ended.output)) continue;
      if (ended.code !== 0) throw new Error(`${name}: the run failed\n${output}`);
      const read = (file: string): string => readFileSync(join(folder, 'run', file), 'utf8');
      const { weights_sha256: sha256 } = JSON.parse(read('summary.json')) as { weights_sha256: string };
      const lines = read('metrics.jsonl').trim().split('\n').map((line) => JSON.parse(line) as { kind: string; round: number });
      const rounds = lines.filter(({ kind }) => kind === 'round').map(({ round }) => round);
      const resumeSeconds = secondsBetween(made(happened, /^coordinator-kill/), made(begun, /./));
      const seconds = (performance.now() - started) / 1000;
      return { sha256, rounds, happened: readdirSync(happened).sort(), kills, resumeSeconds, seconds, output };
    }
    throw new Error(`${name}: still not at its end after ${MOST_RESUMES} resumes\n${output}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When the entries of a folder were made, in milliseconds. */
function made(folder: string, name: RegExp): number[] {
  return readdirSync(folder).filter((entry) => name.test(entry)).map((entry) => statSync(join(folder, entry)).mtimeMs);
}

/** From each time to the first one after it. */
function secondsBetween(from: readonly number[], to: readonly number[]): number[] {
  return from.map((time) => (Math.min(...to.filter((later) => later > time)) - time) / 1000);
}

const PROGRESS = /ended|started again|silent|go back|makes no progress|no checkpoint|is heard/;

function coordinate(
  argv: readonly string[], injection: FaultInjection, onProgress: (line: string) => void,
): Promise<{ code: number | null; signal: string | null; output: string }> {
  // Children inherit the variables, and with them the faults.
  const environment = { ...process.env, [INJECTION_VARIABLE]: JSON.stringify(injection), NODE_OPTIONS: `--import ${INJECT}` };
  const command = ['apps/coordinator/bin/lethe.mjs', ...argv];
  const child = spawn(process.execPath, command, { cwd: INSTALLATION, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
      for (const line of text.toString().split('\n')) if (PROGRESS.test(line)) onProgress(line);
    });
  }
  return new Promise((resolve) => child.once('close', (code, signal) => { resolve({ code, signal, output }); }));
}
