import { arch, release, totalmem, type } from 'node:os';
import { basename } from 'node:path';
import { usableCores } from '@lethe/config';
import { nativeFolder } from '@lethe/tensorflow-setup';
import type { CardState } from './card-watch.js';

/** Result of one part of the check. */
export interface Finding {
  readonly part: 'golden' | 'bits' | 'speed';
  readonly passed: boolean;
  readonly lines: readonly string[];
}

/** Everything that was found. It names no machine, user or folder, so that it can be sent to others. */
export interface CheckReport {
  readonly device: 'gpu' | 'cpu';
  readonly rounds: number;
  readonly findings: readonly Finding[];
  /** Each card when most of its memory was used. */
  readonly cards: readonly CardState[];
}

/** The report as text. */
export function reportText({ device, rounds, findings, cards }: CheckReport): string {
  const failed = findings.filter(({ passed }) => !passed).map(({ part }) => part);
  const rows: (readonly [string, readonly string[]])[] = [
    ['checked', [`the ${device}, ${rounds} rounds of each training`]],
    ['machine', [`${type()} ${release()} ${arch()}, ${usableCores()} cores, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`]],
    ['engine', [basename(nativeFolder() ?? 'native TensorFlow is not set up')]],
    [
      'cards',
      cards.length === 0
        ? ['none']
        : cards.map(
            ({ index, model, driver, computeCapability, totalMiB }) =>
              `gpu ${index}: ${model}, compute capability ${computeCapability}, driver ${driver}, ${totalMiB} MiB`,
          ),
    ],
    ...findings.map(({ part, passed, lines }) => [part, [passed ? 'passed' : 'FAILED', ...lines]] as const),
    [
      'memory',
      cards.length === 0
        ? ['no card']
        : cards.map(({ index, totalMiB, usedMiB }) => `gpu ${index}: at most ${usedMiB} of ${totalMiB} MiB used, by all of its users`),
    ],
    ['result', [failed.length === 0 ? 'passed' : `FAILED: ${failed.join(', ')}`]],
  ];
  return rows
    .map(([name, lines]) => `${lines.map((line, index) => `${(index === 0 ? name : '').padEnd(10)}${line}`).join('\n')}\n`)
    .join('');
}
