import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Processes that together get no more than so much memory from the kernel; one of them is killed when they need more. */
export interface MemoryCgroup {
  /** What /bin/sh is given to run a program in it, with all that is started from there. */
  words(program: string, words: readonly string[]): string[];
  /** Greatest memory of the processes and of files that the kernel kept for them, in MiB; null: this kernel does not say. */
  peakMiB(): number | null;
  /** All processes must have ended. */
  remove(): void;
}

/** @returns why none can be made here */
export function makeMemoryCgroup(bytes: number): MemoryCgroup | string {
  const isFirst = existsSync(join(ROOT, 'memory'));
  const folder = join(ROOT, isFirst ? 'memory' : '', `lethe-large-data-${process.pid}`);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
  } catch (error) {
    if (existsSync(folder)) rmdirSync(folder);
    return error instanceof Error ? error.message : String(error);
  }
  return {
    words: (program, words) => ['-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs'), program, ...words],
    peakMiB: () => {
      const peak = join(folder, isFirst ? 'memory.max_usage_in_bytes' : 'memory.peak');
      return existsSync(peak) ? Number(readFileSync(peak, 'utf8')) / 2 ** 20 : null;
    },
    remove: () => { rmdirSync(folder); },
  };
}
