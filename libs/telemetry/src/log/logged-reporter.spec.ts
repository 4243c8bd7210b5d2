import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { QuietReporter } from '../plain-reporter.js';
import type { RunProgress } from '../progress.js';
import { noLog, type Log } from './log.js';
import { LoggedReporter } from './logged-reporter.js';

const progress: RunProgress = {
  round: 4, totalRounds: 8, epoch: 1, totalEpochs: 2, examplesPerSecond: 3950.4, losses: { mse: 0.25 }, secondsLeft: 245,
};

/** A log that keeps what is written into it. */
function keptLog(): { log: Log; lines: unknown[] } {
  const lines: unknown[] = [];
  const write = (level: string) => (fields: unknown, message: string): void => { lines.push([level, message, fields]); };
  return { log: { ...noLog(), debug: write('debug'), info: write('info'), warn: write('warn') }, lines };
}

describe('a reporter with a log', () => {
  it('logs every line that stays on the terminal, those before there was a log too, with facts for the log alone', () => {
    const output = new PassThrough();
    const { log, lines } = keptLog();
    const reporter = new LoggedReporter(new QuietReporter(output));
    reporter.stage('reading the data');
    reporter.notice('found the data');
    reporter.notice('warning: no GPU');
    expect(lines).toEqual([]);
    reporter.keep(log);
    const error = new Error('killed');
    reporter.notice('worker-1 is lost', { member: 'worker-1', error });
    reporter.update(progress);
    for (const score of [0.5, 0.4]) reporter.endEpoch(progress, { reconstruction_mse: score });
    reporter.close();
    expect(lines).toEqual([
      ['info', 'reading the data', {}],
      ['info', 'found the data', {}], ['warn', 'no GPU', {}], ['warn', 'worker-1 is lost', { member: 'worker-1', error }],
      ['debug', 'round 4 is over', { losses: { mse: 0.25 }, examplesPerSecond: 3950 }],
      ['info', expect.stringContaining('epoch 1/2 done'), { losses: { mse: 0.25 }, scores: { reconstruction_mse: 0.5 } }],
      ['debug', expect.stringContaining('epoch 1/2 done'), { losses: { mse: 0.25 }, scores: { reconstruction_mse: 0.4 } }],
    ]);
    expect(String(output.read())).toBe('found the data\nwarning: no GPU\nworker-1 is lost\n');
  });
});
