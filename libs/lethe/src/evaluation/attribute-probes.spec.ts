import { PROBES } from '@lethe/config';
import type { ProbeRequest } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { attributeProbes, type ProbedRun } from './attribute-probes.js';

const facts = {
  classes: ['poor', 'rich'], kept: [{ name: 'income', categories: ['poor', 'rich'] }],
  forgotten: [
    { name: 'sex', categories: ['f', 'm'] }, { name: 'race', categories: ['a', 'b', 'c'] },
    { name: 'sex x race', categories: ['fa', 'fb', 'fc', 'ma', 'mb', 'mc'] },
  ],
} as unknown as ProbedRun['facts'];
const run: ProbedRun = {
  kinds: PROBES, seeds: [1, 2], facts, fairness: 'parity', latentSize: 4, inputLength: 100, isSampled: true, erased: 'sex x race',
  pairedOtherwise: [],
};

function asked(options: Partial<ProbedRun>, attribute: string, wanted: Partial<ProbeRequest>): string[] {
  return attributeProbes({ ...run, ...options })
    .filter((request) => request.attribute === attribute && Object.entries(wanted).every(([name, value]) => (
      request[name as keyof ProbeRequest] === value
    )))
    .map(({ probe, seed }) => `${probe} ${seed}`);
}

const plain = { input: 'latent', whitened: false, shuffledLabels: false, halves: false, given: -1 } as const;

describe('the probes of a run that keeps and forgets', () => {
  it('read what is forgotten by every kind that is asked for, weighing all categories alike', () => {
    expect(asked({}, 'sex', plain)).toEqual([
      'linear 1', 'linear 2', 'mlp 1', 'mlp 2', 'neighbours 1', 'neighbours 2', 'deep 1', 'boosted-trees 1', 'forest 1',
    ]);
    expect(asked({}, 'sex x race', plain)).toHaveLength(9);
    expect(asked({}, 'sex', { ...plain, balanced: false })).toEqual([]);
    expect(asked({ kinds: ['forest'] }, 'sex', plain)).toEqual(['forest 1']);
  });

  it('read whitened features where that can change anything, and the code with its noise where it has some', () => {
    expect(asked({}, 'sex', { whitened: true })).toEqual(['mlp 1', 'neighbours 1', 'boosted-trees 1', 'forest 1']);
    for (const latentSize of [1, 1000]) expect(asked({ latentSize }, 'sex', { whitened: true })).toEqual([]);
    expect(asked({}, 'sex', { input: 'sampled' })).toEqual(['linear 1', 'mlp 1', 'neighbours 1', 'boosted-trees 1', 'forest 1']);
    expect(asked({ isSampled: false }, 'sex', { input: 'sampled' })).toEqual([]);
  });

  it('are compared with the floor, the raw inputs, the kept attributes alone and a linear eraser', () => {
    expect(asked({}, 'sex', { shuffledLabels: true })).toEqual(['linear 1', 'mlp 1', 'neighbours 1']);
    expect(asked({}, 'sex', { input: 'pixels' })).toEqual(['linear 1', 'mlp 1', 'neighbours 1', 'boosted-trees 1']);
    expect(asked({ inputLength: 784, erased: null }, 'sex', { input: 'pixels' })).toEqual(['linear 1', 'mlp 1', 'neighbours 1']);
    expect(asked({}, 'sex', { input: 'kept' })).toEqual(['linear 1', 'boosted-trees 1']);
    expect(asked({ facts: { ...facts, kept: [] } }, 'sex', { input: 'kept' })).toEqual([]);
    expect(asked({}, 'sex', { input: 'leace', erased: 'sex x race' })).toEqual(['linear 1', 'mlp 1', 'boosted-trees 1']);
    expect(asked({ erased: null }, 'sex', { input: 'leace' })).toEqual([]);
  });

  it('read among the examples of each class of the label under odds', () => {
    expect(asked({ fairness: 'odds' }, 'sex', { ...plain, given: 1 })).toHaveLength(6);
    expect(asked({ fairness: 'odds' }, 'sex', { whitened: true, given: -1 })).toEqual([]);
    expect(asked({ fairness: 'odds' }, 'sex', { whitened: true, given: 0 })).toHaveLength(4);
    expect(asked({ fairness: 'odds' }, 'sex', { input: 'pixels', given: 1 })).toEqual(['linear 1', 'mlp 1', 'boosted-trees 1']);
    expect(asked({ fairness: 'odds' }, 'sex', { input: 'leace', given: 1 })).toEqual(['linear 1', 'mlp 1', 'boosted-trees 1']);
    expect(asked({}, 'sex', { given: 0 })).toEqual([]);
  });

  it('are trained on test examples too where these pair an attribute otherwise with the label', () => {
    expect(asked({ pairedOtherwise: ['race'] }, 'race', { halves: true })).toHaveLength(6);
    expect(asked({ pairedOtherwise: ['race'] }, 'sex', { halves: true })).toEqual([]);
  });

  it('read what is kept as somebody would who trains on features: no class weighs more than another', () => {
    for (const input of ['latent', 'pixels', 'leace'] as const)
      expect(asked({}, 'income', { input, balanced: false })).toEqual(['linear 1', 'mlp 1', 'boosted-trees 1']);
    expect(asked({ kinds: ['neighbours'] }, 'income', { input: 'latent' })).toEqual(['linear 1']);
  });

  it('boost the trees of many categories on standardised features alone', () => {
    expect(asked({}, 'sex x race', { probe: 'boosted-trees' })).toEqual(['boosted-trees 1']);
    expect(asked({}, 'sex x race', { input: 'kept' })).toEqual(['linear 1']);
    expect(asked({}, 'sex x race', { input: 'leace' })).toEqual(['linear 1', 'mlp 1']);
    expect(asked({}, 'race', { probe: 'boosted-trees' })).toHaveLength(6);
  });

  it('are asked for once each', () => {
    const all = attributeProbes({ ...run, fairness: 'odds', pairedOtherwise: ['sex'] }).map((request) => JSON.stringify(request));
    expect(new Set(all).size).toBe(all.length);
  });
});
