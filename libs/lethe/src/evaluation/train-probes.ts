import { probeResult, type FullProbeFigures } from '@lethe/evaluation';
import type { ProbeInput, ProbeKind, ProbeRequest } from '@lethe/protocol';
import { controlOf, type MeasureCache } from './measure-cache.js';
import type { MeasuredRun } from './measured-run.js';
import type { MeasuringWork } from './measuring-work.js';

/** Kinds that take so long that they are trained from the first seed alone. */
export const COSTLY: readonly ProbeKind[] = ['deep', 'boosted-trees', 'forest'];

/** What a probe reads, in words. */
const READS: Readonly<Record<ProbeInput, string>> = {
  latent: 'latents', sampled: 'latents with noise', pixels: 'raw inputs', kept: 'kept attributes', leace: 'inputs behind a linear eraser',
};

/** Whether a probe reads nothing of the run: its figures follow from the data alone, and are kept. */
function isOfData({ input }: ProbeRequest): boolean {
  return input === 'pixels' || input === 'kept' || input === 'leace';
}

/** What probes are trained with. */
export interface ProbeTraining {
  readonly cache: MeasureCache;
  readonly work: MeasuringWork;
  /** Seconds that a probe takes about: what takes longest begins first. */
  readonly secondsOf: (request: ProbeRequest) => number;
}

/** Has the workers train fresh probes, but for those whose figures are known from another run of the same data. */
export async function trainProbes(
  { cluster, description }: MeasuredRun, requests: readonly ProbeRequest[], { cache, work, secondsOf }: ProbeTraining,
): Promise<ReadonlyMap<ProbeRequest, FullProbeFigures>> {
  const found = new Map<ProbeRequest, Float32Array>();
  await Promise.all(requests.filter(isOfData).map(async (request) => {
    const kept = await cache.find(description, controlOf(request));
    if (kept !== null) found.set(request, kept);
  }));
  const missing = requests.filter((request) => !found.has(request));
  await Promise.all(tasksOf(missing, secondsOf).map(async (task) => {
    const [{ probe, input, attribute }] = task;
    const of = attribute === '' ? '' : `, of ${attribute}`;
    const done = work.expect(`training fresh probes (${probe}, on ${READS[input]}${of})`, secondsOfAll(task, secondsOf));
    const figures = await cluster.evaluations.ofProbes(task);
    done();
    for (const [index, request] of task.entries()) {
      const vector = figures[index] ?? new Float32Array(0);
      found.set(request, vector);
      if (isOfData(request)) await cache.keep(description, controlOf(request), vector);
    }
  }));
  return new Map([...found].map(([request, vector]) => [request, probeResult(vector)]));
}

/** Requests that one worker takes at once. */
type ProbeTask = readonly [ProbeRequest, ...ProbeRequest[]];

/** All requests, what takes longest first. Neighbours in the same vectors are looked for once, whatever they vote on. */
function tasksOf(requests: readonly ProbeRequest[], secondsOf: ProbeTraining['secondsOf']): ProbeTask[] {
  const tasks = new Map<string, [ProbeRequest, ...ProbeRequest[]]>();
  for (const [index, request] of requests.entries()) {
    const key = request.probe === 'neighbours' ? vectorsOf(request) : String(index);
    const task = tasks.get(key);
    if (task === undefined) tasks.set(key, [request]);
    else task.push(request);
  }
  return [...tasks.values()].sort((a, b) => secondsOfAll(b, secondsOf) - secondsOfAll(a, secondsOf));
}

/** Names the vectors that a probe reads: noise is drawn by its seed. */
function vectorsOf({ input, whitened, given, halves, erased, seed }: ProbeRequest): string {
  return JSON.stringify({ input, whitened, given, halves, erased, seed: input === 'sampled' ? seed : null });
}

function secondsOfAll(task: ProbeTask, secondsOf: ProbeTraining['secondsOf']): number {
  return task.reduce((sum, request) => sum + secondsOf(request), 0);
}
