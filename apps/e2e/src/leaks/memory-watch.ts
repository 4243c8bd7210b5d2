import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTALLATION } from '@lethe/programs';
import { processTree } from '../process-tree.js';

const SAMPLE_MS = 500;

/** Resident memory of a process over a run, in MiB. */
export interface MemoryTrend {
  readonly process: string;
  /** Medians of the second and of the last quarter of the samples: the first one fills caches. */
  readonly second: number;
  readonly last: number;
}

/** Trains on a small table for `rounds` rounds, in real processes with two workers and two servers, and watches their memory. */
export async function watchMemory(rounds: number): Promise<MemoryTrend[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-leaks-'));
  const domains = ['north', 'south', 'east'];
  const rows = Array.from({ length: 60 }, (_, row) => {
    const isEven = row % 2 === 0;
    return [domains[row % 3], isEven ? 'low' : 'high', 1 + (isEven ? 0 : 1) + (row % 5) / 9].join(',');
  });
  writeFileSync(join(folder, 'table.csv'), ['domain,label,size', ...rows].join('\n'));
  const flags = [
    '--recipe', 'own-table', '--data-dir', folder, '--target', 'east', '--training', 'adaptation', '--rounds', String(rounds),
    '--shards', '2', '--batch-size', '24', '--workers', '2', '--servers', '2', '--checkpoint-every-rounds', '100',
    '--no-evaluation', '--quiet', '--runs-dir', folder, '--name', 'run',
  ];
  const command = ['apps/coordinator/bin/lethe.mjs', 'train', ...flags];
  const child = spawn(process.execPath, command, { cwd: INSTALLATION, stdio: ['ignore', 'ignore', 'inherit'] });
  const samples = new Map<number, { name: string; mebibytes: number[] }>();
  const watch = setInterval(() => { if (child.pid !== undefined) sample(child.pid, samples); }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watch);
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the run ended with exit code ${code ?? 'none'}`);
  return [...samples.values()].map(({ name, mebibytes }) => ({
    process: name, second: median(quarter(mebibytes, 1)), last: median(quarter(mebibytes, 3)),
  }));
}

function sample(coordinator: number, samples: Map<number, { name: string; mebibytes: number[] }>): void {
  for (const id of processTree(coordinator)) {
    try {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      const program = /apps\/([\w-]+)\//.exec(readFileSync(`/proc/${id}/cmdline`, 'utf8'))?.[1];
      if (program === undefined) continue; // just forked
      const found = samples.get(id) ?? { name: `${program} ${id}`, mebibytes: [] };
      found.mebibytes.push(Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1024);
      samples.set(id, found);
    } catch {
      continue; // it has just ended
    }
  }
}

function quarter(values: readonly number[], index: number): number[] {
  return values.slice(Math.floor((index * values.length) / 4), Math.ceil(((index + 1) * values.length) / 4));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
