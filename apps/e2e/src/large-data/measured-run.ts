import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder as usualCache } from '@lethe/config';
import { INSTALLATION } from '@lethe/programs';
import { processTree } from '../process-tree.js';
import { makeMemoryCgroup } from './memory-cgroup.js';

const SAMPLE_MS = 250;
/** Of the output, in what is said of a run that failed. */
const LAST_CHARACTERS = 2000;

export interface RunToMeasure {
  /** What `lethe` is given. */
  readonly argv: readonly string[];
  /** Folder of the run that it trains. */
  readonly run: string;
  readonly cacheFolder: string;
  readonly boundMiB: number;
}

/** What a command took. */
export interface Measured {
  readonly seconds: number;
  /** Until the first round had ended: starting, reading, decoding and one round. */
  readonly firstRoundSeconds: number;
  readonly roundMs: number;
  /** Greatest sum of the proportional set sizes of all processes, in MiB, and each program's greatest of its own. */
  readonly peakMiB: number;
  readonly programs: ReadonlyMap<string, number>;
  /** The cgroup's own figure, with what the kernel keeps of files; or why there is no cgroup. */
  readonly cgroup: string;
}

/** The run's cache is its own, but TensorFlow need not be installed for it again. */
function shareTensorFlow(cache: string): void {
  mkdirSync(cache, { recursive: true });
  const usual = usualCache(process.env);
  for (const name of readdirSync(usual).filter((name) => name.startsWith('tensorflow-') && !existsSync(join(cache, name)))) {
    symlinkSync(join(usual, name), join(cache, name));
  }
}

/** Runs a command in a memory cgroup, where one can be made. @throws Error if the command fails or takes more memory than the bound */
export async function measureRun({ argv, run, cacheFolder, boundMiB }: RunToMeasure): Promise<Measured> {
  const cgroup = makeMemoryCgroup(boundMiB * 2 ** 20);
  const begun = performance.now();
  const words = ['apps/coordinator/dist/main.js', ...argv];
  shareTensorFlow(cacheFolder);
  const [program, given] = typeof cgroup === 'string' ? [process.execPath, words] : ['/bin/sh', cgroup.words(process.execPath, words)];
  const child = spawn(program, given, {
    cwd: INSTALLATION, env: { ...process.env, LETHE_CACHE: cacheFolder }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { output += text.toString(); });
  const memory = new MemoryPeaks();
  const watch = setInterval(() => { if (child.pid !== undefined) memory.sample(child.pid); }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(watch);
  const peak = typeof cgroup === 'string' ? null : cgroup.peakMiB();
  if (typeof cgroup !== 'string') cgroup.remove();
  const said = output.slice(-LAST_CHARACTERS);
  if (code !== 0) throw new Error(`lethe ${argv.join(' ')} ended with exit code ${code ?? 'none'} in ${boundMiB} MiB:\n${said}`);
  if (memory.peakMiB > boundMiB) throw new Error(`all processes took ${memory.peakMiB.toFixed(0)} MiB of ${boundMiB} MiB:\n${said}`);
  return {
    seconds, ...timesOf(run), peakMiB: memory.peakMiB, programs: memory.programs,
    cgroup: typeof cgroup === 'string' ? `no cgroup (${cgroup})` : `cgroup ${peak?.toFixed(0) ?? 'of unknown'} MiB with files`,
  };
}

class MemoryPeaks {
  peakMiB = 0;
  readonly programs = new Map<string, number>();

  sample(root: number): void {
    let sum = 0;
    for (const id of processTree(root)) {
      const { program, mebibytes } = proportionalSize(id);
      sum += mebibytes;
      this.programs.set(program, Math.max(mebibytes, this.programs.get(program) ?? 0));
    }
    this.peakMiB = Math.max(this.peakMiB, sum);
  }
}

/** Memory of a process, of which what it shares with others counts in parts. */
function proportionalSize(id: number): { program: string; mebibytes: number } {
  try {
    const kibibytes = Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    const program = /apps\/([\w-]+)\//.exec(readFileSync(`/proc/${id}/cmdline`, 'utf8'))?.[1] ?? 'other';
    return { program, mebibytes: kibibytes / 1024 };
  } catch {
    return { program: 'other', mebibytes: 0 }; // it has just ended
  }
}

/** The times that a run says in its folder. */
function timesOf(run: string): Pick<Measured, 'firstRoundSeconds' | 'roundMs'> {
  interface Summary { readonly first_round_seconds: number; readonly training_seconds: number; readonly rounds: number }
  const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as Summary;
  return { firstRoundSeconds: summary.first_round_seconds, roundMs: (1000 * summary.training_seconds) / summary.rounds };
}
