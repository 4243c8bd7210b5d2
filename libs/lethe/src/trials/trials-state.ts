import { upgrade, valueAt, type VersionStep } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { HalvingOptions } from './asynchronous-halving.js';
import type { Trial } from './trial.js';
import { z } from 'zod';

/**
 * What several runs in one folder are for: to find the best settings (`lethe sweep`), or, by `lethe train`, to compare what is learnt
 * from, or to measure how much chance there is in a run, by runs from several seeds.
 */
const KINDS = ['sweep', 'comparison', 'seeds'] as const;
export type TrialsKind = (typeof KINDS)[number];

/** What `sweep.json` holds: enough to go on. */
export interface TrialsState {
  readonly kind: TrialsKind;
  readonly trialsAtOnce: number;
  readonly halving: (HalvingOptions & { readonly figure: string }) | null;
  /** Null: no trial is named the best. */
  readonly best: { readonly figure: string; readonly better: 'lower' | 'higher' } | null;
  readonly trials: readonly Trial[];
}

const count = z.int().min(0);
const better = z.enum(['lower', 'higher']);
/** JSON has no word for a figure that is not finite: it is written as null and read as NaN. */
const figures = z.record(z.string(), z.number().nullable().transform((value) => value ?? Number.NaN));

const trialsStateSchema: z.ZodType<TrialsState> = z.strictObject({
  kind: z.enum(KINDS),
  trialsAtOnce: z.int().min(1),
  halving: z.strictObject({ figure: z.string(), firstRung: z.int().min(1), factor: z.int().min(2), better }).nullable(),
  best: z.strictObject({ figure: z.string(), better }).nullable(),
  trials: z.array(z.strictObject({
    name: z.string().regex(/^\d+$/),
    key: z.string(),
    values: z.record(z.string(), z.json()),
    epochs: z.int().min(1).nullable(),
    state: z.enum(['waiting', 'running', 'completed', 'stopped', 'diverged', 'failed']),
    attempts: count,
    figures,
    message: z.string(),
  })),
});

/**
 * What brings a `sweep.json` of an earlier version to the next one, in order; as for settings (libs/config/src/versions), what is new gets
 * a step.
 */
const STEPS: readonly VersionStep[] = [
  // The first version did not say what its trials are for. Those of a sweep differ in dotted paths, only those of a comparison in
  // `training`.
  (before) => {
    const trials: unknown = before['trials'];
    return {
      kind: Array.isArray(trials) && trials.some((trial) => valueAt(trial, 'values.training') !== undefined) ? 'comparison' : 'sweep',
      ...before,
    };
  },
];

/** The text of a `sweep.json`. */
export function trialsStateText(state: TrialsState): string {
  return `${JSON.stringify({ version: STEPS.length + 1, ...state }, null, 2)}\n`;
}

/**
 * The state in the text of a `sweep.json`.
 * @throws LetheError CONFIG_INVALID naming the first thing that is not as a sweep writes it, or for one that a newer Lethe wrote
 */
export function parseTrialsState(text: string, file: string): TrialsState {
  const refusal = (found: string, cause?: unknown): LetheError =>
    new LetheError('CONFIG_INVALID', `${file}: expected what a sweep wrote there, found ${found}`, { cause });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw refusal('no JSON (cut off or edited?)', error);
  }
  const parsed = trialsStateSchema.safeParse(upgrade(raw, STEPS, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(`at ${issue?.path.join('.') ?? 'the top'}: ${issue?.message ?? 'something else'}`);
}
