import { createHash } from 'node:crypto';
import { JUDGE_VERSION, judgeLength } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import type { KeptVector } from './measure-cache.js';
import type { MeasuredRun, MeasureOptions } from './measured-run.js';
import type { MeasuringWork } from './measuring-work.js';

/** Seconds that a judge takes about. */
const JUDGE_COST = 13;

/** What a judge is to read. */
export interface WantedJudge extends Pick<MeasureOptions, 'cache'> {
  /** Name of the attribute; empty: the label. */
  readonly attribute: string;
  /** How many values it has. */
  readonly categories: number;
  /** "a judge", while it is trained. */
  readonly what: string;
  readonly work: MeasuringWork;
}

/** The judge of these data, as it was kept or trained now. */
export async function findJudge(
  { cluster, description }: Pick<MeasuredRun, 'cluster' | 'description'>, { cache, work, what, ...wanted }: WantedJudge,
): Promise<Float32Array> {
  const judge = judgeOf(description, wanted);
  const kept = await cache.find(description, judge);
  if (kept !== null) return kept;
  const done = work.expect(`training ${what} on the raw images, once for these data`, JUDGE_COST);
  const trained = await cluster.evaluations.judge(wanted.attribute, judge.length);
  done();
  await cache.keep(description, judge, trained);
  return trained;
}

function judgeOf({ facts }: RunDescription, { attribute, categories }: Pick<WantedJudge, 'attribute' | 'categories'>): KeptVector {
  // The name of an attribute need not be that of a file.
  const named = attribute === '' ? '' : `-${createHash('sha256').update(attribute).digest('hex').slice(0, 16)}`;
  return { folder: 'judges', name: `${JUDGE_VERSION}${named}`, length: judgeLength(facts, categories) };
}
