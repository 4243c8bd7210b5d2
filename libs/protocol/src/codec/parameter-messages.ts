import type { lethe } from '../../generated/lethe.js';
import type { Commit, Parameters, Prepared, Pull, Push } from '../messages.js';
import { amount, type BodyCodec, treeNode } from './body-codec.js';
import { bytesOf } from './frames.js';

export const push: BodyCodec<Push, lethe.Push.$Properties> = {
  encode: ({ group, version, round, phase, innerStep, node, offset, schemaHash, generation, gradient, summary }) => ({
    header: { group, version, round, phase, innerStep, node, offset, hasSummary: summary !== null, schemaHash, generation },
    frames: summary === null ? [bytesOf(gradient)] : [bytesOf(gradient), bytesOf(summary)],
  }),
  decode: ({ group, version, round, phase, innerStep, node, offset, hasSummary, schemaHash, generation }, frames) => ({
    kind: 'push',
    group,
    version,
    round,
    phase,
    innerStep,
    node: treeNode('push', node),
    offset,
    schemaHash,
    generation,
    gradient: frames.float32('gradient'),
    summary: hasSummary ? frames.float32('summary') : null,
  }),
};

export const pull: BodyCodec<Pull, lethe.Pull.$Properties> = {
  encode: ({ request, group, version, statistics, schemaHash, averages }) => ({
    header: { request, group, version, statistics, schemaHash, averages },
  }),
  decode: ({ request, group, version, statistics, schemaHash, averages }) => ({
    kind: 'pull',
    request,
    group,
    version,
    statistics,
    schemaHash,
    averages,
  }),
};

export const parameters: BodyCodec<Parameters, lethe.Parameters.$Properties> = {
  encode: ({ request, group, version, offset, committed, values, statistics, heldMs }) => ({
    header: { request, group, version, offset, committed, hasStatistics: statistics !== null, heldMs },
    frames: statistics === null ? [bytesOf(values)] : [bytesOf(values), bytesOf(statistics)],
  }),
  decode: ({ request, group, version, offset, committed, hasStatistics, heldMs }, frames) => ({
    kind: 'parameters',
    request,
    group,
    version,
    offset,
    committed,
    values: frames.float32('values'),
    statistics: hasStatistics ? frames.float32('statistics') : null,
    heldMs: amount('heldMs of parameters', heldMs),
  }),
};

export const prepared: BodyCodec<Prepared, lethe.Prepared.$Properties> = {
  encode: ({ group, version, firstNormTile, squares }) => ({
    header: { group, version, firstNormTile },
    frames: [bytesOf(squares)],
  }),
  decode: ({ group, version, firstNormTile }, frames) => ({
    kind: 'prepared',
    group,
    version,
    firstNormTile,
    squares: frames.float64('squares'),
  }),
};

export const commit: BodyCodec<Commit, lethe.Commit.$Properties> = {
  encode: ({ group, version, scale }) => ({ header: { group, version, scale } }),
  decode: ({ group, version, scale }) => ({ kind: 'commit', group, version, scale }),
};
