import type { OptimizerSettings } from '@lethe/config';
import { formatBytes, formatCount, formatFigures, formatTable } from '@lethe/telemetry';
import type { PlannedNetwork, PlannedPhase, TrainingPlan } from './training-plan.js';

/** A plan as lines of text, as `lethe train --dry-run` prints it. */
export function planLines({ recipe, game, rounds, examples, networks, groups, phases, traffic }: TrainingPlan): string[] {
  const { shape, training, heldOut, test, batch, batchPer, shards } = examples;
  const counts = [`${formatCount(training)} to train on`, `${formatCount(heldOut)} held out`, `${formatCount(test)} to test`];
  return [
    `the game ${game} of recipe ${recipe}: ${formatCount(rounds)} rounds of ${formatCount(batch)} examples, in ${shards} shards${
      batchPer === 'step' ? ', others for each step' : ''
    }`,
    `examples of ${shape.join(' x ')}: ${counts.join(', ')}`,
    '', ...networks.flatMap(networkLines),
    ...formatTable([
      ['group', 'networks', 'parameters', 'statistics', 'optimiser'],
      ...groups.map(({ name, networks: names, parameters, statistics, optimizers }) => [
        name, names.join(', '), formatCount(parameters), formatCount(statistics), optimizerText(optimizers),
      ]),
    ]),
    '',
    ...formatTable([
      ['phase', 'trains', 'inner steps', 'reads', 'losses at the start'],
      ...phases.map(({ name, trains, innerSteps, reads, frozenMode, losses }) => [
        name, trains, String(innerSteps), reads.map((group) => readText(group, { trains, frozenMode })).join(', '), formatFigures(losses),
      ]),
    ]),
    '',
    `in each round a worker${traffic.workers === 1 ? '' : ` of ${traffic.workers}`} sends ${formatBytes(traffic.bytesSent)} at most `
    + `and receives ${formatBytes(traffic.bytesReceived)}`,
  ];
}

/** "encoder", or "encoder (evaluation)" for a group that is in evaluation mode meanwhile. */
function readText(group: string, { trains, frozenMode }: Pick<PlannedPhase, 'trains' | 'frozenMode'>): string {
  return group === trains || frozenMode === 'training' ? group : `${group} (evaluation)`;
}

function networkLines({ name, group, parameters, layers }: PlannedNetwork): string[] {
  const saysShapes = layers.some(({ outputShape }) => outputShape !== null);
  const rows = layers.map((layer) => [
    `  ${layer.name}`,
    ...(saysShapes ? [layer.outputShape === null ? '' : sizes(layer.outputShape)] : []),
    layer.tensors.map((tensor) => `${tensor.name} ${sizes(tensor.shape)}`).join(', '),
    layer.parameters === 0 ? '' : formatCount(layer.parameters),
  ]);
  return [
    `network ${name} of group ${group}: ${formatCount(parameters)} parameters`,
    ...(rows.length === 0 ? [] : formatTable([['  layer', ...(saysShapes ? ['gives'] : []), 'tensors', 'parameters'], ...rows])), '',
  ];
}

function sizes(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** "Adam 0.001"; by network where they differ. */
function optimizerText(optimizers: Readonly<Record<string, OptimizerSettings>>): string {
  const texts = Object.entries(optimizers).map(([network, optimizer]) => [network, textOf(optimizer)] as const);
  const first = texts[0]?.[1] ?? '';
  return texts.every(([, text]) => text === first) ? first : texts.map(([network, text]) => `${network}: ${text}`).join('; ');
}

function textOf(optimizer: OptimizerSettings): string {
  const { kind, learningRate, schedule } = optimizer;
  const momentum = kind === 'sgd' ? `, momentum ${optimizer.momentum}` : '';
  const warmup = schedule.warmupRounds === 0 ? '' : `, ${schedule.warmupRounds} rounds of warmup`;
  return `${kind === 'adam' ? 'Adam' : 'SGD'}, rate ${learningRate}, ${schedule.kind}${warmup}${momentum}`;
}
