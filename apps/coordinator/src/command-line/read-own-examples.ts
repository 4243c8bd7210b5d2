import { resolve } from 'node:path';
import { DOMAIN, FOLDER, POSITIVE, RUN } from '@lethe/config/flags';
import type { EncodeCommand, GridCommand, PredictCommand, RedrawCommand } from './command.js';
import { ALPHA, ATTRIBUTE, CHECKPOINT, FlagReader, LABEL, readAlpha } from './flag-values.js';
import type { TypedCommand } from './typed-command.js';

/** Which checkpoint of a run is meant. */
export function readCheckpoint(reader: FlagReader, run: string): GridCommand['checkpoint'] {
  const checkpoint = reader.value('checkpoint', CHECKPOINT) ?? 'latest';
  if (run === '') reader.problems.push({ where: '<run>', expected: RUN.expected, found: '""' });
  return typeof checkpoint === 'number' ? checkpoint : checkpoint === 'best' ? 'best' : 'latest';
}

/** What is done with a user's own examples. */
function readExamples(reader: FlagReader, [run = '']: readonly string[], folder: string, hasPictures = false): ReadExamples {
  const checkpoint = readCheckpoint(reader, run);
  const [data, out] = [reader.path('data-dir', folder, FOLDER), reader.path('out', folder)];
  if (data === null && !hasPictures) reader.problems.push({ where: '--data-dir', expected: 'a folder with examples', found: 'nothing' });
  if (out === null) reader.problems.push({ where: '--out', expected: 'where to write', found: 'nothing' });
  const unpackedGiB = reader.value('unpacked-gib', POSITIVE);
  return {
    run, checkpoint, folder, runsFolder: reader.runsFolder(folder), data: data ?? '', out: out ?? '', domain: reader.text('domain', DOMAIN),
    unpackedGiB: typeof unpackedGiB === 'number' ? unpackedGiB : null,
  };
}

type ReadExamples = Omit<PredictCommand, 'kind'>;

export function readEncode({ arguments: words, options }: TypedCommand, folder: string): EncodeCommand {
  const reader = new FlagReader(options);
  const examples = readExamples(reader, words, folder);
  const [isSampled, seed] = [reader.has('sampled'), reader.count('seed')];
  if (seed !== null && !isSampled) {
    reader.problems.push({ where: '--seed', expected: 'it only together with --sampled', found: String(seed) });
  }
  reader.refuseProblems();
  return { kind: 'encode', ...examples, sampledFrom: isSampled ? seed ?? 1 : null };
}

export function readPredict({ arguments: words, options }: TypedCommand, folder: string): PredictCommand {
  const reader = new FlagReader(options);
  const examples = readExamples(reader, words, folder);
  reader.refuseProblems();
  return { kind: 'predict', ...examples };
}

export function readRedraw({ arguments: [run = '', ...pictures], options }: TypedCommand, folder: string): RedrawCommand {
  const reader = new FlagReader(options);
  if (pictures.length > 0 && reader.isGiven('data-dir')) {
    reader.problems.push({ where: '--data-dir', expected: 'a folder, or pictures behind the run', found: 'both' });
  }
  const examples = readExamples(reader, [run], folder, pictures.length > 0);
  const ways = ['label', 'all-labels', 'attribute'].filter((name) => reader.isGiven(name));
  if (ways.length !== 1) {
    const expected = 'a value, or --all-labels for each of them, or --attribute to walk through its values';
    const found = ways.length === 0 ? 'none of them' : ways.map((name) => `--${name}`).join(', ');
    reader.problems.push({ where: '--label', expected, found });
  }
  const walk = readWalk(reader);
  reader.refuseProblems();
  return {
    kind: 'redraw', ...examples, label: reader.text('label', LABEL), walk, set: reader.text('set', LABEL),
    pictures: pictures.length === 0 ? null : pictures.map((picture) => resolve(folder, picture)),
  };
}

/** Of the walk that Fader Networks' authors draw. */
const [USUAL_ALPHA, USUAL_STEPS, MOST_STEPS] = ['2', 7, 100];

function readWalk(reader: FlagReader): NonNullable<RedrawCommand['walk']> | null {
  const attribute = reader.text('attribute', ATTRIBUTE);
  if (attribute === null) {
    const surplus = ['from', 'to', 'alpha', 'steps', 'set'].find((name) => reader.isGiven(name));
    const expected = 'it only together with --attribute';
    if (surplus !== undefined) reader.problems.push({ where: `--${surplus}`, expected, found: 'it alone' });
    return null;
  }
  const [before, after] = readAlpha(reader.text('alpha', ALPHA) ?? USUAL_ALPHA);
  const steps = reader.count('steps') ?? USUAL_STEPS;
  if (steps < 2 || steps > MOST_STEPS) {
    reader.problems.push({ where: '--steps', expected: `a whole number from 2 to ${MOST_STEPS}`, found: String(steps) });
  }
  return { attribute, before, after, steps, from: reader.text('from', LABEL), to: reader.text('to', LABEL) };
}
