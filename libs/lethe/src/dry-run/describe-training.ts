import { divideShards } from '@lethe/cluster';
import type { Settings } from '@lethe/config';
import type { DataSource } from '@lethe/data';
import { layoutOf, type RunDescription } from '@lethe/graphs';
import type { NetworkSpec } from '@lethe/networks';
import { optimizerOf } from '@lethe/optim';
import { networkSlices } from '@lethe/protocol';
import { surroundingsOf, type CommonOptions } from '../common-options.js';
import { engineOfRun } from '../engine-of-run.js';
import { usedExamples } from '../evaluation/measured-run.js';
import { machineOfPlacing, type PlacingOptions } from '../placing/placing.js';
import { newRunConfig, ofOneKind, withOwnCode } from '../run-config.js';
import { expectGoingOn } from '../run/expect-going-on.js';
import { checkNewRun } from '../run/prepare-run.js';
import { listeningReporter, type Listeners } from '../run/run-progress.js';
import { machineOf } from '../this-machine.js';
import { trainRequest, type TrainOptions } from '../train.js';
import { playFirstShard, type PhaseLosses } from './play-first-shard.js';
import type { PlannedGroup, PlannedLayer, PlannedNetwork, PlannedTraffic, TrainingPlan } from './training-plan.js';

/** What a run is described with, besides its settings. */
export interface DescribeTrainingOptions
  extends CommonOptions, Listeners, PlacingOptions, Pick<TrainOptions, 'signal' | 'workers' | 'configFile' | 'name'> {}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * What `train` would do with these settings, without a process that is started or a file that is written: the networks, the groups that
 * are trained, the phases of a round, and what goes over the wire. Reads the data, and computes the first shard of the first round in this
 * process. Where a recipe plays several kinds of training, the one that adapts is described.
 *
 * @throws LetheError as `train` does for what it refuses; GAME_INVALID, GRADIENT_NOT_FINITE, TRACE_FOREIGN_TENSOR, TRACE_RANDOMNESS or
 * TRACE_VALUE_READ for what is wrong with the game; INTERRUPTED
 */
export async function describeTraining(settings: Settings = {}, options: DescribeTrainingOptions = {}): Promise<TrainingPlan> {
  const { signal = new AbortController().signal } = options;
  expectGoingOn(signal);
  const surroundings = await surroundingsOf(options);
  const reporter = listeningReporter(options);
  const notice = (line: string): void => { reporter.notice(line); };
  const request = await withOwnCode(trainRequest(settings, options, surroundings));
  const machine = machineOfPlacing(surroundings.machine, request.placing);
  const compiled = newRunConfig(request, machineOf(machine));
  const { description, data, start } = await checkNewRun(request, {
    machine, compiled: { ...compiled, config: ofOneKind(compiled.config) },
    opening: {
      cacheFolder: machine.cacheFolder, signal, onNotice: notice,
      onBegin: () => { reporter.stage('reading the data'); },
      onProgress: (done, total) => { reporter.reading(done, total); },
    },
  });
  expectGoingOn(signal);
  reporter.stage('computing the first shard');
  const engine = await engineOfRun(description.config, notice);
  return planOf(description, data, await playFirstShard({ engine, description, data, groups: start.groups }));
}

/** @param losses of each phase, in the phases' order */
function planOf(description: RunDescription, data: DataSource, losses: readonly PhaseLosses[]): TrainingPlan {
  const { config, objective, totalRounds } = description;
  const { shape: { height, width, channels }, trained, held_out: heldOut, tested } = usedExamples({ description, data });
  return {
    recipe: config.recipe,
    game: objective.name,
    rounds: totalRounds,
    examples: {
      shape: [height, width, channels], training: trained, heldOut, test: tested,
      batch: config.batchSize, batchPer: objective.batchPer, shards: config.shards,
    },
    networks: objective.groups.flatMap(({ name, networks }) => networks.map((network) => plannedNetwork(network, name))),
    groups: objective.groups.map((group) => plannedGroup(description, group)),
    phases: objective.phases.map(({ name, trains, reads, innerSteps, frozenMode }, phase) => (
      { name, trains, reads, innerSteps, frozenMode, losses: losses[phase] ?? {} }
    )),
    traffic: trafficOf(description),
  };
}

function plannedGroup(description: RunDescription, { name, networks }: RunDescription['objective']['groups'][number]): PlannedGroup {
  const layout = layoutOf(description, name);
  // Networks without parameters, such as one that adds noise, have no optimiser.
  const learning = [...new Set(networkSlices(layout).map(({ network }) => network))];
  return {
    name, networks: networks.map((network) => network.name), parameters: layout.length, statistics: layout.statisticsLength,
    optimizers: Object.fromEntries(learning.map((network) => [network, optimizerOf(description.optimization, network)])),
  };
}

function plannedNetwork(network: NetworkSpec, group: string): PlannedNetwork {
  const layers = plannedLayers(network);
  return { name: network.name, group, parameters: numbersIn(network.tensors), layers };
}

/** The layers that a network says it has; of another one those that the names of its tensors begin with. */
function plannedLayers({ tensors, layers }: NetworkSpec): PlannedLayer[] {
  const layerOf = (tensor: string): string => tensor.slice(0, Math.max(0, tensor.lastIndexOf('.')));
  const ofLayer = (name: string): NetworkSpec['tensors'] => tensors.filter((tensor) => layerOf(tensor.name) === name);
  const names = layers?.map(({ name }) => name) ?? [...new Set(tensors.map(({ name }) => layerOf(name)))];
  return names.map((name) => ({
    name,
    outputShape: layers?.find((layer) => layer.name === name)?.outputShape ?? null,
    tensors: ofLayer(name).map((tensor) => ({ name: tensor.name.slice(name.length).replace(/^\./, ''), shape: tensor.shape })),
    parameters: numbersIn(ofLayer(name)),
  }));
}

function numbersIn(tensors: NetworkSpec['tensors']): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

/** Every inner step: a gradient and a summary for each node of the tree that a worker has, and the group's weights back. */
function trafficOf(description: RunDescription): PlannedTraffic {
  const { config, objective, summaries } = description;
  const { workers, awaitWorkers } = config.cluster;
  const count = Math.max(1, workers, awaitWorkers);
  const most = divideShards(config.shards, count).reduce((nodes, ofWorker) => Math.max(nodes, ofWorker.length), 0);
  const steps = objective.phases.map(({ trains, innerSteps }, phase) => (
    { innerSteps, weights: layoutOf(description, trains).length, summary: summaries[phase]?.length ?? 0 }
  ));
  return {
    workers: count,
    bytesSent: steps.reduce((sum, { innerSteps, weights, summary }) => sum + innerSteps * most * (weights + summary) * FLOAT_BYTES, 0),
    bytesReceived: steps.reduce((sum, { innerSteps, weights }) => sum + innerSteps * weights * FLOAT_BYTES, 0),
  };
}
