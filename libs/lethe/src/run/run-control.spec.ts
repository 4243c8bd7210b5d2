import { LetheError } from '@lethe/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { RunControl, type RunStage } from './run-control.js';

let stages: RunStage[];
let ends: string[];
let asked: AbortController;
let control: RunControl;

beforeEach(() => {
  [stages, ends, asked] = [[], [], new AbortController()];
  control = new RunControl(asked.signal, (stage) => { stages.push(stage); });
});

function start(): void {
  control.startingBegins();
  control.started({
    control: { fail: ({ code, message }) => { ends.push(`${code}: ${message}`); } },
    kill: () => { ends.push('killed'); },
  });
}

const STOPPED = 'INTERRUPTED: stopped by the signal that was given to it';

describe('a signal', () => {
  it('that is aborted before there are processes ends them as soon as there are', () => {
    asked.abort();
    expect([control.signal.aborted, ends]).toEqual([true, []]);
    start();
    expect(ends).toEqual([STOPPED, 'killed']);
  });

  it('ends at once what has not begun to train', () => {
    start();
    asked.abort();
    expect(ends).toEqual([STOPPED, 'killed']);
  });

  it('lets a run that trains finish its round, unless it is killed', () => {
    start();
    control.trainingBegins();
    asked.abort(new LetheError('INTERRUPTED', 'stopped by SIGINT'));
    expect([control.signal.aborted, ends]).toEqual([true, []]);
    expect(control.signal.reason).toMatchObject({ message: 'stopped by SIGINT' });
    control.kill(new LetheError('INTERRUPTED', 'once more'));
    expect(ends).toEqual(['INTERRUPTED: once more', 'killed']);
  });

  it('ends what is measured, also if it came before the measuring', () => {
    start();
    control.trainingBegins();
    asked.abort();
    control.measuringBegins();
    expect(ends).toEqual([STOPPED, 'killed']);
  });

  it('changes nothing about a run that ends anyway, and is no longer heard after that', () => {
    start();
    control.trainingBegins();
    control.closingBegins();
    asked.abort();
    control.over();
    expect([ends, stages]).toEqual([[], ['starting', 'training', 'closing', 'over']]);
  });
});

it('a checkpoint that was asked for is made once', () => {
  control.askForCheckpoint();
  control.askForCheckpoint();
  expect([control.takeCheckpointRequest(), control.takeCheckpointRequest()]).toEqual([true, false]);
});
