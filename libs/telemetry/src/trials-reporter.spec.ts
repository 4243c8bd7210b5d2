import { PassThrough } from 'node:stream';
import headless from '@xterm/headless';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutputStream } from './output.js';
import { TrialsReporter, type TrialProgress } from './trials-reporter.js';

const COLUMNS = 60;
const ROWS = 8;
const LONG = `001  failed (1 of 2 done)  ${'a long reason '.repeat(5)}the end`;

const trial = (name: string, done: number, isMeasuring = false): TrialProgress =>
  ({ name, text: `seed ${Number(name)}`, unit: 'round', done, total: 400, isMeasuring });

/** A stream, and what a terminal of `ROWS` rows shows of what was written to it, lines that have scrolled away included. */
function terminal(): { output: OutputStream; shown: () => Promise<string[]> } {
  const screen = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true, convertEol: true });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: COLUMNS });
  output.on('data', (chunk: Buffer) => { screen.write(chunk); });
  return {
    output,
    shown: async () => {
      await new Promise<void>((resolve) => { screen.write('', resolve); });
      const lines: string[] = [];
      for (let row = 0; row < screen.buffer.active.length; row += 1) {
        const line = screen.buffer.active.getLine(row);
        const text = line?.translateToString(true) ?? '';
        if (line?.isWrapped === true) lines.push(`${lines.pop() ?? ''}${text}`);
        else lines.push(text);
      }
      return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
    },
  };
}

describe('trials on a terminal', () => {
  it('are bars by what their length is given in; lines that stay are whole, the last one too', async () => {
    const { output, shown } = terminal();
    const reporter = new TrialsReporter(output);
    reporter.update(trial('001', 0));
    reporter.update(trial('002', 100));
    const bars = await shown();
    expect(bars.map((line) => line.replaceAll(/[^\w/ ]+/g, '#'))).toEqual(['001 # 0/400 rounds  seed 1', '002 # 100/400 rounds  seed 2']);
    reporter.notice('first');
    reporter.end('001', LONG);
    reporter.update(trial('002', 400, true));
    reporter.notice('second');
    expect(await shown()).toEqual(['first', LONG, 'second', expect.stringMatching(/^002 \S+ measuring {2}seed 2$/)]);
    reporter.end('002', '002  completed (2 of 2 done)');
    reporter.close();
    output.write('a table\n');
    expect(await shown()).toEqual(['first', LONG, 'second', '002  completed (2 of 2 done)', 'a table']);
  });

  it('keep their lines when the screen scrolls', async () => {
    const { output, shown } = terminal();
    const reporter = new TrialsReporter(output);
    const lines = Array.from({ length: 2 * ROWS }, (_, index) => `line ${index}`);
    for (const line of lines) {
      reporter.update(trial('001', 1));
      reporter.update(trial('002', 2));
      reporter.notice(line);
    }
    reporter.close();
    expect(await shown()).toEqual(lines);
  });
});

describe('trials in a log', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['performance'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('are a line now and then, and one that they are measured', () => {
    const output = new PassThrough();
    const reporter = new TrialsReporter(output);
    for (const done of [0, 20, 40, 60]) {
      reporter.update(trial('001', done));
      vi.advanceTimersByTime(3000);
    }
    for (const done of [400, 400]) reporter.update(trial('001', done, true));
    reporter.end('001', '001  completed');
    expect(String(output.read()).split('\n')).toEqual(
      ['001  round 20/400  seed 1', '001  round 60/400  seed 1', '001  measuring  seed 1', '001  completed', ''],
    );
  });
});
