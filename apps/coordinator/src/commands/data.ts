import { relative } from 'node:path';
import { inspectData, type DamagedData, type ReadableData } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { createReporter, type Reporter } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { DataCommand } from '../command-line/command.js';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { hearEndingSignals } from '../signals/ending-signals.js';
import type { Environment } from './on-examples.js';

/** Reads a data folder as training would, says what is in it, and draws a contact sheet of data that are images. */
export async function runData(command: DataCommand, environment: Environment): Promise<number> {
  const { data, flags: { values, label }, folder, out } = command;
  const reporter = createReporter({ output: process.stdout });
  const close = closeOnTheWayOut(reporter);
  const ending = new AbortController();
  const hearNoMore = hearEndingSignals(() => { ending.abort(); });
  const inspected = inspectData(data, values, {
    folder, environment, out, nameOf: label, signal: ending.signal,
    onNotice: (line) => { reporter.notice(line); },
    onProgress: (done, total) => { reporter.reading(done, total); },
  });
  let bad = 0;
  try {
    for await (const one of inspected) bad += 'damaged' in one ? sayDamaged(one) : sayReadable(one, command, reporter);
  } finally {
    hearNoMore();
    close();
  }
  return bad === 0 ? EXIT.ok : EXIT.usage;
}

function sayDamaged({ damaged }: DamagedData): number {
  process.stderr.write(`error: ${printable(damaged)}\n`);
  return 1;
}

/** @returns how many inputs cannot be read; 0 if so many may be left out */
function sayReadable(found: ReadableData, { data, folder }: DataCommand, reporter: Reporter): number {
  const { name, kind, inputCount, unreadable, leavesOut, problems, report, contactSheet } = found;
  const left = leavesOut ? ' and are left out' : '';
  const lines = [
    ...(unreadable.length === 0 ? [] : [`${unreadable.length} of ${inputCount} inputs cannot be read${left}`]),
    ...problems.map((problem) => `a run would be refused: ${problem}`),
    ...report,
    ...(contactSheet === null ? [] : [`contact sheet: ${relative(folder, contactSheet)}`]),
  ];
  reporter.notice(`${name === '' ? '.' : name}: ${kind}`);
  // Places in the folder need not name it.
  for (const line of lines) reporter.notice(`  ${line.replaceAll(`${data ?? folder}/`, '')}`);
  for (const reason of unreadable) process.stderr.write(`${leavesOut ? 'left out' : 'error'}: ${printable(reason)}\n`);
  return leavesOut ? 0 : unreadable.length;
}
