import { mergeConfig, type Tree } from '@lethe/config';
import type { DataFacts, ForgottenFacts, KeptFacts } from '@lethe/data';
import { allNetworks, describeRun } from '@lethe/graphs';
import { initialValues } from '@lethe/networks';
import type { TrainedNetworks } from '../src/graph/record-functions.js';

/** Numbers between 0 and 1 that are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function forgotten(name: string, categories: readonly string[], isLabel: boolean): ForgottenFacts {
  return {
    name, of: [name], categories, counts: categories.map(() => 10), countsByLabel: isLabel ? [] : [[5, 5], [5, 5]], missing: 0, means: null,
    isLabel,
  };
}

const AGE: KeptFacts = {
  kind: 'number', name: 'age in years', mean: 41, deviation: 13, categories: ['low', 'high'], bounds: [41], means: [30, 52], missing: 2,
  isLabel: false,
};
const INCOME: KeptFacts = { kind: 'category', name: 'income', categories: ['low', 'high'], counts: [10, 10], missing: 0, isLabel: true };
const DIGITS = ['zero', 'one', 'two', 'three'];

type Example = { readonly values: Tree; readonly facts: Pick<DataFacts, 'shape' | 'classes' | 'kept' | 'forgotten'> & Partial<DataFacts> };

/** Games of all kinds of networks, on small data. */
export const EXAMPLES = {
  'the article\'s game': {
    values: { recipe: 'quick', data: { heldOut: 4 } },
    facts: {
      shape: { height: 8, width: 12, channels: 1 }, classes: DIGITS, kept: [], forgotten: [forgotten('label', DIGITS, true)],
    },
  },
  'images, erased and variational': {
    values: {
      recipe: 'forget-short', data: { heldOut: 4 },
      objective: { latentSize: 6, eraser: { couplings: 3, width: 8 }, bottleneck: { kind: 'variational' } },
    },
    facts: {
      shape: { height: 8, width: 8, channels: 3 }, classes: DIGITS, kept: [], forgotten: [forgotten('label', DIGITS, true)],
    },
  },
  'rows of a table': {
    values: {
      recipe: 'keep-and-forget', data: { kind: 'table', folder: '/table', heldOut: 4, keep: ['income'], forget: ['sex'] },
      objective: { bottleneck: { kind: 'variational' } },
    },
    facts: {
      shape: { height: 1, width: 1, channels: 9 }, classes: ['low', 'high'], kept: [INCOME],
      forgotten: [forgotten('sex', ['f', 'm'], false)],
    },
  },
  'rows that are rebuilt': {
    values: {
      recipe: 'keep-and-forget',
      data: { kind: 'table', folder: '/table', heldOut: 4, keep: [], forget: ['label'] },
      objective: { rebuild: true },
    },
    facts: {
      shape: { height: 1, width: 1, channels: 7 }, classes: DIGITS, kept: [], forgotten: [forgotten('label', DIGITS, true)],
    },
  },
  'rows with several attributes, rebuilt and predicted': {
    values: {
      recipe: 'keep-and-forget',
      data: { kind: 'table', folder: '/table', heldOut: 4, keep: ['income', 'age in years'], forget: ['x1', 'features'] },
      objective: { rebuild: true, bottleneck: { kind: 'variational' } },
    },
    facts: {
      shape: { height: 1, width: 1, channels: 9 }, classes: ['low', 'high'], kept: [INCOME, AGE],
      forgotten: [
        forgotten('x1', ['f', 'm'], false), forgotten('features', ['a', 'b', 'c'], false),
        { ...forgotten('x1 and features', ['f, a', 'f, b', 'f, c', 'm, a', 'm, b', 'm, c'], false), of: ['x1', 'features'] },
      ],
    },
  },
  'faces whose latents are maps': {
    values: {
      recipe: 'faces-paper', data: { folder: '/faces', heldOut: 4, imageSize: 16, forget: ['glasses', 'hair'] },
      objective: { encoder: { width: 4, depth: 3 }, bottleneck: { kind: 'variational' } },
    },
    facts: {
      shape: { height: 16, width: 16, channels: 3 }, classes: ['no', 'yes'], kept: [],
      forgotten: [forgotten('glasses', ['no', 'yes'], false), forgotten('hair', ['fair', 'dark', 'none'], false)],
    },
  },
  'faces by the networks of Fader Networks': {
    values: {
      recipe: 'faces-paper', data: { folder: '/faces', heldOut: 4, imageSize: 16, forget: ['glasses', 'hair'] },
      objective: { encoder: { width: 4, depth: 2, mostMaps: 12 }, adversary: { width: 6 } },
    },
    facts: {
      shape: { height: 16, width: 16, channels: 3 }, classes: ['no', 'yes'], kept: [],
      forgotten: [forgotten('glasses', ['no', 'yes'], false), forgotten('hair', ['fair', 'dark', 'none'], false)],
    },
  },
  'faces by instance norm and repeated pixels': {
    values: {
      recipe: 'faces-paper', data: { folder: '/faces', heldOut: 4, imageSize: 16, forget: ['glasses'] },
      objective: { encoder: { width: 4, depth: 2, normalisation: 'instance', upsampling: 'nearest' } },
    },
    facts: {
      shape: { height: 16, width: 16, channels: 3 }, classes: ['no', 'yes'], kept: [],
      forgotten: [forgotten('glasses', ['no', 'yes'], false)],
    },
  },
  'faces behind an eraser of covariances': {
    values: { recipe: 'avatars', data: { heldOut: 4, imageSize: 16 }, objective: { encoder: { width: 4, depth: 2, mostMaps: 4 } } },
    facts: {
      shape: { height: 16, width: 16, channels: 3 }, classes: ['no', 'yes'], kept: [],
      forgotten: [forgotten('glasses', ['no', 'yes'], false)],
    },
  },
  'domains with statistics of their own': {
    values: {
      recipe: 'mnist-to-mnist-m', data: { folder: '/digits', domains: { training: 'adaptation' } },
    },
    facts: {
      shape: { height: 12, width: 12, channels: 3 }, classes: DIGITS, kept: [], forgotten: [],
      domains: ['mnist', 'mnist-m'].map((name) => ({ name, trainCount: 512, labelledCount: 256, testCount: 10, otherLabels: [] })),
    },
  },
} satisfies Readonly<Record<string, Example>>;

export type ExampleName = keyof typeof EXAMPLES;

/** Networks with starting weights, and running statistics as trained ones might have. */
export function exampleNetworks(name: ExampleName): TrainedNetworks {
  const { values, facts }: Example = EXAMPLES[name];
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{
    source: 'file', label: (path) => path, values: { batchSize: 16, shards: 4, epochs: null, rounds: 4, ...values },
  }]);
  const description = describeRun(config, {
    trainCount: 512, testCount: 10, heldOutCount: null, fingerprint: '',
    domains: [{ name: 'all', trainCount: 512, labelledCount: 512, testCount: 10, otherLabels: [] }],
    ...facts,
  });
  const next = sequence(7);
  const vectors = description.layouts.flatMap((layout) => {
    const weights = initialValues(layout, allNetworks(description.objective), 3);
    // Nothing is left that is 0 or 1 at the start, and would hide what is missing.
    const learnt = weights.map((weight) => weight + 0.1 * (next() - 0.5));
    const statistics = new Float32Array(layout.statisticsLength).map(() => 0.5 + next());
    const running = statistics.length === 0 ? [] : [[`statistics.${layout.name}`, statistics] as const];
    return [[`group.${layout.name}`, learnt] as const, ...running];
  });
  return { description, vectors: Object.fromEntries(vectors), rounds: 3 };
}

/** Examples of such networks, in the range of images. */
export function exampleInputs({ description }: TrainedNetworks, count: number): Float32Array {
  const { height, width, channels } = description.facts.shape;
  const next = sequence(11);
  return new Float32Array(count * height * width * channels).map(() => 2 * next() - 1);
}
