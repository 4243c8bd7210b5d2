import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { OutputStream } from './output.js';
import type { RunProgress } from './progress.js';
import { createReporter } from './terminal-reporter.js';

function progressAt(round: number): RunProgress {
  return {
    round, totalRounds: 1172, epoch: 1, totalEpochs: 5, examplesPerSecond: 3950.4, losses: { mse: 0.25 },
    secondsLeft: 245,
  };
}

function stream(terminal: boolean): { output: OutputStream; text: () => string } {
  const passThrough = new PassThrough();
  const chunks: Buffer[] = [];
  passThrough.on('data', (chunk: Buffer) => chunks.push(chunk));
  const output = Object.assign(passThrough, terminal ? { isTTY: true, columns: 80 } : {});
  return { output, text: () => Buffer.concat(chunks).toString() };
}

describe('plain lines', () => {
  it('writes one line per interval, and every epoch end and notice, without control characters', () => {
    const { output, text } = stream(false);
    let now = 0;
    const reporter = createReporter({ output, intervalSeconds: 5, clock: () => now });
    for (let round = 1; round <= 12; round++, now++) reporter.update(progressAt(round));
    reporter.notice('checkpoint written');
    reporter.endEpoch(progressAt(234), { reconstruction_mse: 0.0912 });
    reporter.close();
    expect(text().split('\n')).toEqual([
      'round 1/1,172  epoch 1/5  3,950 examples/s  4 min 05 s left  mse 0.2500',
      'round 6/1,172  epoch 1/5  3,950 examples/s  4 min 05 s left  mse 0.2500',
      'round 11/1,172  epoch 1/5  3,950 examples/s  4 min 05 s left  mse 0.2500',
      'checkpoint written',
      'epoch 1/5 done  round 234/1,172  3,950 examples/s  mse 0.2500  held-out: reconstruction_mse 0.09120',
      '',
    ]);
    expect(text().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('says what is measured, and nothing at the end of it', () => {
    const { output, text } = stream(false);
    let now = 0;
    const reporter = createReporter({ output, intervalSeconds: 5, clock: () => now });
    for (let done = 0; done <= 20; done += 1, now += 1) {
      const [share, secondsLeft] = [done / 20, done === 0 ? null : 20 - done];
      reporter.measuring({ what: 'redrawing', done, total: 20, share, secondsLeft });
    }
    expect(text().split('\n')).toEqual([
      'measuring 0/20  redrawing', 'measuring 5/20  15 s left  redrawing', 'measuring 10/20  10 s left  redrawing',
      'measuring 15/20  5 s left  redrawing', '',
    ]);
  });

  it('says that data are being read only if that takes a while', () => {
    const { output, text } = stream(false);
    let now = 0;
    const reporter = createReporter({ output, intervalSeconds: 5, clock: () => now });
    for (let done = 1000; done <= 12_000; done += 1000, now += 1) reporter.reading(done, 12_000);
    reporter.update(progressAt(1));
    const first = 'round 1/1,172  epoch 1/5  3,950 examples/s  4 min 05 s left  mse 0.2500\n';
    expect(text()).toBe(`reading the data  6,000/12,000\nreading the data  11,000/12,000\n${first}`);
  });
});

/** What a terminal of `rows` rows shows after `text`: as much of its language as the bar speaks. */
function screen(text: string, rows = 24): string[] {
  const lines: string[] = Array.from({ length: rows }, () => '');
  let [row, column, savedRow, savedColumn] = [rows - 1, 0, 0, 0]; // a shell's prompt is usually at the bottom
  // eslint-disable-next-line no-control-regex -- control sequences are what is read here
  for (const [token] of text.matchAll(/\x1b[78]|\x1b\[[?\d;]*[A-Za-z]|[^\x1b]/gu)) {
    if (token === '\x1b7') [savedRow, savedColumn] = [row, column];
    else if (token === '\x1b8') [row, column] = [savedRow, savedColumn];
    else if (token === '\x1b[1G') column = 0;
    else if (token === '\x1b[0K') lines[row] = lines[row]!.slice(0, column);
    else if (token === '\x1b[2K') lines[row] = '';
    else if (token.startsWith('\x1b[?')) continue;
    else if (token.startsWith('\x1b')) throw new Error(`unexpected ${JSON.stringify(token)}`);
    else if (token !== '\n') {
      lines[row] = lines[row]!.padEnd(column).slice(0, column) + token + lines[row]!.slice(column + 1);
      column++;
    } else {
      column = 0;
      if (row < rows - 1) row++;
      else lines.push(...lines.splice(0, rows).slice(1), '');
    }
  }
  return lines.filter((line) => line !== '');
}

describe('progress bar', () => {
  it('keeps every notice above the bar, also when the screen scrolls', () => {
    const { output, text } = stream(true);
    const reporter = createReporter({ output });
    reporter.notice('run folder: runs/a');
    reporter.update(progressAt(100));
    reporter.notice('first notice');
    reporter.notice('second notice');
    reporter.endEpoch(progressAt(586), {});
    expect(screen(text())).toEqual([
      'run folder: runs/a',
      'first notice',
      'second notice',
      'epoch 1/5 done  round 586/1,172  3,950 examples/s  mse 0.2500',
      '██████░░░░░░  586/1,172  3,950 examples/s  4 min 05 s left  mse 0.2500',
    ]);
    reporter.close();
    reporter.notice('after the end');
    expect(screen(text()).map((line) => line.trimEnd()).filter((line) => line !== '').slice(-2)).toEqual([
      'epoch 1/5 done  round 586/1,172  3,950 examples/s  mse 0.2500',
      'after the end',
    ]);
  });
});

it.each([false, true])('names out of files cannot steer the terminal (terminal: %s)', (terminal) => {
  const { output, text } = stream(terminal);
  createReporter({ output }).notice('classes caf\u00e9 \u624b \u001B[31mred\u0007,\tblue\r\u009B2J\nnext');
  expect(text()).toBe('classes caf\u00e9 \u624b  [31mred ,\tblue  2J\nnext\n');
});

describe('what comes before the first round', () => {
  it('is said at once, below notices, and gives way to the rounds', () => {
    const { output, text } = stream(true);
    const shown = (): string[] => screen(text()).map((line) => line.trimEnd()).filter((line) => line !== '');
    const reporter = createReporter({ output });
    reporter.stage('reading the data');
    expect(shown()).toEqual(['reading the data  0s']);
    reporter.reading(10, 300);
    expect(shown()).toEqual([expect.stringMatching(/reading the data {2}10\/300/)]);
    reporter.reading(300, 300);
    reporter.stage('starting 2 workers');
    reporter.notice('55,000 examples');
    expect(shown()).toEqual(['55,000 examples', 'starting 2 workers  0s']);
    reporter.update(progressAt(1));
    expect(shown()).toEqual(['55,000 examples', expect.stringMatching(/1\/1,172/)]);
    reporter.close();
    expect(shown()).toEqual(['55,000 examples']);
  });

  it('are lines anywhere else', () => {
    const { output, text } = stream(false);
    const reporter = createReporter({ output });
    for (const what of ['reading the data', 'starting 2 workers']) reporter.stage(what);
    expect(text()).toBe('reading the data\nstarting 2 workers\n');
  });
});

it.each([false, true])('no speed is shown before it is known (terminal: %s)', (terminal) => {
  const { output, text } = stream(terminal);
  const reporter = createReporter({ output });
  reporter.endEpoch({ ...progressAt(234), examplesPerSecond: 0, secondsLeft: null }, {});
  reporter.close();
  expect(screen(text())[0]).toBe('epoch 1/5 done  round 234/1,172  mse 0.2500');
});

describe('the bar of reading', () => {
  it('gives way to notices, and is gone when all is read', () => {
    const { output, text } = stream(true);
    const reporter = createReporter({ output });
    reporter.reading(10, 300);
    reporter.notice('waiting for another process');
    expect(screen(text()).at(-1)).toMatch(/reading the data {2}10\/300/);
    reporter.reading(300, 300);
    reporter.notice('all is read');
    const lines = screen(text()).map((line) => line.trimEnd()).filter((line) => line !== '');
    expect(lines).toEqual(['waiting for another process', 'all is read']);
  });
});

describe('a reader that goes away', () => {
  it.each([false, true])('is ignored (terminal: %s)', async (terminal) => {
    // A real pipe whose reading end is closed while its process lives on: EPIPE comes from the kernel.
    const child = spawn('sh', ['-c', 'exec 0<&-; echo closed; cat <&3'], { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
    await once(child.stdout!, 'data');
    const output = child.stdin!;
    const failed = new Promise<string | undefined>((resolve) => {
      output.prependListener('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    const reporter = createReporter({ output: Object.assign(output, { isTTY: terminal }), intervalSeconds: 0 });
    reporter.update(progressAt(1));
    reporter.notice('nobody reads this');
    expect(await failed).toBe('EPIPE');
    reporter.update(progressAt(2));
    reporter.endEpoch(progressAt(3), {});
    reporter.close();
    (child.stdio[3] as Writable).end();
    await once(child, 'exit');
  });
});
