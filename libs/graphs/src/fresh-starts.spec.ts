import { mergeConfig, type Tree } from '@lethe/config';
import { initialValues } from '@lethe/networks';
import { forgottenLabel } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { freshNetworks } from './fresh-starts.js';
import { allNetworks, describeRun, layoutOf } from './run-description.js';

const facts = {
  shape: { height: 8, width: 8, channels: 1 },
  classes: ['a', 'b'],
  trainCount: 8000,
  testCount: 10,
  heldOutCount: null,
  kept: [],
  forgotten: forgottenLabel(['a', 'b']),
  domains: [{ name: 'all', trainCount: 8000, labelledCount: 8000, testCount: 10, otherLabels: [] }],
  fingerprint: '',
};

function described(hiding: string, members: number, { adversary = {}, encoder = {} }: { adversary?: Tree; encoder?: Tree } = {}) {
  const values = {
    recipe: 'quick',
    objective: {
      hiding, encoder, classifierTurns: hiding === 'gradient-reversal' ? 1 : 2,
      adversary: { ...adversary, members, freshEveryRounds: 5 },
      ...(encoder['kind'] === 'fader' ? { latentSize: null } : {}),
    },
  };
  return describeRun(
    mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'file', label: (path) => path, values }]).config,
    facts,
  );
}

describe('fresh starts', () => {
  it('come one network after another, after the last inner step of the round before', () => {
    const description = described('capped-likelihood', 2);
    const networks = (round: number, innerStep: number): string[] => [
      ...freshNetworks(description, 'classifier', { round, phase: 0, innerStep }).keys(),
    ];
    expect([...Array(20).keys()].map((round) => networks(round, 1))).toEqual(
      [...Array(20).keys()].map(
        (round) => ({ 4: ['classifier-2'], 9: ['classifier'], 14: ['classifier-2'], 19: ['classifier'] })[round] ?? [],
      ),
    );
    expect(networks(4, 0)).toEqual([]);
    expect([...freshNetworks(description, 'autoencoder', { round: 4, phase: 1, innerStep: 0 }).keys()]).toEqual([]);
  });

  it('are new values, each time others and always the same', () => {
    const description = described('capped-likelihood', 1);
    const at = (round: number): Float32Array =>
      freshNetworks(description, 'classifier', { round, phase: 0, innerStep: 1 }).get('classifier')!.values;
    const layout = layoutOf(description, 'classifier');
    expect(at(4)).toHaveLength(layout.length);
    expect(at(4)).toEqual(at(4));
    expect(at(4)).not.toEqual(at(9));
    expect(at(4)).not.toEqual(initialValues(layout, allNetworks(description.objective), description.config.seed));
  });

  it('have the running statistics of the beginning, but for those of what the adversary reads', () => {
    const statistics = (adversary: Tree, encoder: Tree = {}): unknown => (
      freshNetworks(described('capped-likelihood', 1, { adversary, encoder }), 'classifier', { round: 4, phase: 0, innerStep: 1 })
        .get('classifier')!.statistics
    );
    expect(statistics({})).toEqual([]);
    expect(statistics({ standardise: true })).toEqual([]);
    // One convolution to 16 maps, for a latent of 2 x 2 x 8.
    const values = Float32Array.from({ length: 2 * 16 }, (_, index) => (index < 16 ? 0 : 1));
    expect(statistics({ kind: 'convolutional' }, { kind: 'fader', width: 4, depth: 2 })).toEqual([{ offset: 0, values }]);
  });

  it('touch the adversaries alone where all networks are one group', () => {
    const description = described('gradient-reversal', 1);
    expect(description.layouts.map(({ name }) => name)).toEqual(['game']);
    const fresh = freshNetworks(description, 'game', { round: 4, phase: 0, innerStep: 0 });
    expect([...fresh.keys()]).toEqual(['classifier']);
    expect(fresh.get('classifier')!.values).toHaveLength(10 * 40 + 40 + 40 * 40 + 40 + 40 * 2 + 2);
  });
});
