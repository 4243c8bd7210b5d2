import type { DataFacts } from '@lethe/data';
import { MOST_PAIRED } from '@lethe/evaluation';
import type { ProbeInput, ProbeKind, ProbeRequest } from '@lethe/protocol';
import { COSTLY } from './train-probes.js';

/** Heads of a kept attribute: what somebody would train on features. */
const HEADS: readonly ProbeKind[] = ['linear', 'mlp', 'boosted-trees'];
/** Kinds that read what the kept attributes tell: these are few numbers. */
const OF_KEPT: readonly ProbeKind[] = ['linear', 'boosted-trees'];
/** Kinds that learn a linear map of the vectors by themselves: what decorrelated ones tell them the standardised ones have told. */
const OWN_MAP: readonly ProbeKind[] = ['linear', 'deep'];
/** Kinds that read raw inputs of each class by itself. */
const WITHIN: readonly ProbeKind[] = ['linear', 'mlp'];
/** Noise only takes away from what features tell: what takes longest need not be told so. */
const NOT_SAMPLED: readonly ProbeKind[] = ['deep'];
/** More categories are boosted on standardised features alone. */
const MOST_BOOSTED = 4;

/** What of an attribute decides. */
interface Probed { readonly name: string; readonly categories: readonly string[] }

/** What decides which probes are worth their time. */
export interface ProbedRun {
  readonly kinds: readonly ProbeKind[];
  /** Kinds that are not costly are trained from each, on features. */
  readonly seeds: readonly number[];
  readonly facts: Pick<DataFacts, 'forgotten' | 'kept' | 'classes' | 'trainCount' | 'testCount'>;
  readonly fairness: 'parity' | 'odds';
  /** Numbers of the code, and of an input. */
  readonly latentSize: number;
  readonly inputLength: number;
  /** The code has noise. */
  readonly isSampled: boolean;
  /** What the linear eraser takes out: all that is forgotten. Null: it cannot. */
  readonly erased: string | null;
  /** Forgotten attributes that the test examples pair otherwise with the label than the training examples do. */
  readonly pairedOtherwise: readonly string[];
}

/** Every probe of a run, attribute by attribute (docs/measures.md says which are left out, and why). */
export function attributeProbes(run: ProbedRun): ProbeRequest[] {
  const { facts: { forgotten, kept } } = run;
  return [...forgotten.flatMap((attribute) => forgottenProbes(run, attribute)), ...kept.flatMap((attribute) => keptProbes(run, attribute))];
}

function forgottenProbes(run: ProbedRun, { name: attribute, categories }: Probed): ProbeRequest[] {
  const { kinds, seeds: [first = 1, ...others], facts: { classes, kept }, fairness } = run;
  const probe = (kind: ProbeKind, input: ProbeInput, options: Partial<ProbeRequest> = {}): ProbeRequest => ({
    ...PLAIN, probe: kind, input, attribute, seed: first, balanced: true, ...options,
  });
  const compared = comparedKinds(kinds, categories);
  const cheap = kinds.filter((kind) => !COSTLY.includes(kind));
  // Under odds the features may tell what the label tells of the attribute: what counts is what they tell among examples of one class.
  const classesApart = fairness === 'odds' ? [...classes.keys()] : [];
  const within = fairness === 'odds' ? classesApart : [ALL];
  return [
    ...kinds.flatMap((kind) => (COSTLY.includes(kind) ? [first] : [first, ...others]).map((seed) => probe(kind, 'latent', { seed }))),
    ...classesApart.flatMap((given) => kinds.map((kind) => probe(kind, 'latent', { given }))),
    ...(run.latentSize === 1 || run.latentSize > MOST_PAIRED ? [] : within.flatMap((given) => (
      compared.filter((kind) => !OWN_MAP.includes(kind)).map((kind) => probe(kind, 'latent', { given, whitened: true }))
    ))),
    ...(run.isSampled ? within.flatMap((given) => (
      compared.filter((kind) => !NOT_SAMPLED.includes(kind)).map((kind) => probe(kind, 'sampled', { given }))
    )) : []),
    ...(run.pairedOtherwise.includes(attribute) ? kinds.map((kind) => probe(kind, 'latent', { halves: true })) : []),
    ...cheap.map((kind) => probe(kind, 'latent', { shuffledLabels: true })),
    ...rawKinds(run, compared, cheap).map((kind) => probe(kind, 'pixels')),
    ...classesApart.flatMap((given) => rawKinds(run, compared, WITHIN).map((kind) => probe(kind, 'pixels', { given }))),
    ...(kept.length === 0 ? [] : those(compared, OF_KEPT).map((kind) => probe(kind, 'kept'))),
    ...(run.erased === null ? [] : [ALL, ...classesApart].flatMap((given) => (
      those(compared, HEADS).map((kind) => probe(kind, 'leace', { erased: run.erased ?? '', given }))
    ))),
  ];
}

function keptProbes(run: ProbedRun, { name: attribute, categories }: Probed): ProbeRequest[] {
  const { kinds, seeds: [seed = 1], erased } = run;
  const compared = comparedKinds(kinds, categories);
  const heads = (input: ProbeInput, probes: readonly ProbeKind[], taken = ''): ProbeRequest[] => (
    probes.map((probe) => ({ ...PLAIN, probe, input, attribute, seed, balanced: false, erased: taken }))
  );
  return [
    ...heads('latent', those(kinds, HEADS)),
    ...heads('pixels', those(rawKinds(run, compared, HEADS), HEADS)),
    ...(erased === null ? [] : heads('leace', those(compared, HEADS), erased)),
  ];
}

/** Kinds that read what the standardised features are compared with: boosting grows a tree for each category in each of its rounds. */
function comparedKinds(kinds: readonly ProbeKind[], categories: readonly string[]): ProbeKind[] {
  return kinds.filter((kind) => kind !== 'boosted-trees' || categories.length <= MOST_BOOSTED);
}

/** Of all examples, on standardised vectors of training examples. */
const ALL = -1;
const PLAIN = { shuffledLabels: false, given: ALL, whitened: false, halves: false, erased: '' } as const;

/** Kinds that read raw inputs: trees of inputs that are too long for an eraser take minutes, too. */
function rawKinds({ inputLength }: ProbedRun, kinds: readonly ProbeKind[], wanted: readonly ProbeKind[]): ProbeKind[] {
  const withTrees = inputLength > MOST_PAIRED ? wanted.filter((kind) => !COSTLY.includes(kind)) : [...wanted, 'boosted-trees' as const];
  return kinds.filter((kind) => withTrees.includes(kind));
}

/** Those of some kinds that a run is to be measured by; the plainest one if it is none of them. */
function those(kinds: readonly ProbeKind[], wanted: readonly ProbeKind[]): ProbeKind[] {
  const both = wanted.filter((kind) => kinds.includes(kind));
  return both.length > 0 ? both : ['linear'];
}
