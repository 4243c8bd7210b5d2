import { rulesOfKind } from './data-kinds.js';
import { figuresOf } from './figures.js';
import { gameName } from './game-of-config.js';
import { labelOf, originOf, type Origins } from './layer.js';
import { shown, type Problem } from './problem.js';
import { TARGET_ACCURACY, type RunConfig } from './run-config.js';
import { isTcpAddress, isTcpHost } from './tcp-address.js';

type Report = (path: string, expected: string, found: unknown) => void;

function checkBatch(config: RunConfig, report: Report): void {
  const { batchSize, shards } = config;
  if (batchSize % shards !== 0) {
    const fitting = Math.max(2, Math.round(batchSize / shards)) * shards;
    report('batchSize', `a multiple of the ${shards} shards, such as ${fitting}`, batchSize);
  } else if (batchSize / shards < 2) {
    // Batch normalisation of a single example has no variance; PyTorch refuses it too.
    report('batchSize', `at least 2 images for each of the ${shards} shards`, batchSize);
  }
}

function checkLength(config: RunConfig, report: Report): void {
  if (config.epochs === null && config.rounds === null) report('epochs', 'a number of epochs or of rounds', undefined);
  if (config.epochs !== null && config.rounds !== null) report('rounds', 'either epochs or rounds, not both', config.rounds);
  for (const [network, { schedule }] of Object.entries(config.objective.optimizers)) {
    if (config.rounds !== null && schedule.warmupRounds > config.rounds) {
      report(
        `objective.optimizers.${network}.schedule.warmupRounds`, `at most the ${config.rounds} rounds of the run`, schedule.warmupRounds,
      );
    }
  }
}

function checkData({ data }: RunConfig, report: Report, fromFlag: (path: string) => boolean): void {
  if (data.kind === 'domains') {
    const readsFolder = data.domains?.from.some(({ kind }) => kind !== 'mnist') === true;
    if (data.domains === null) report('data.domains', 'the domains to read', null);
    else if (data.folder === null && readsFolder) report('data.folder', 'the folder with the domains (--data-dir)', undefined);
  } else if (data.domains !== null) {
    report('data.kind', 'domains, as data.domains says which', data.kind);
  }
  const rules = rulesOfKind(data.kind);
  if (rules.folder === 'none' && data.folder !== null) {
    report('data.folder', `no folder for ${data.kind}, which comes from its npm package`, data.folder);
  } else if (rules.folder === 'needed' && data.folder === null) {
    report('data.folder', `a folder with the ${data.kind} to read`, undefined);
  }
  if (data.kind === 'own' && data.own === null) report('data.own', 'the reader of the data (--data READER.ts)', null);
  if (data.kind !== 'own' && data.own !== null) report('data.kind', 'own, as data.own says which reader reads them', data.kind);
  if (data.avatars !== null && data.kind !== 'avatars') report('data.kind', 'avatars, as data.avatars says how many', data.kind);
  if (data.celeba !== null && data.kind !== 'celeba') report('data.kind', 'celeba, as data.celeba says how it is read', data.kind);
  if (data.table !== null && data.kind !== 'table') report('data.kind', 'table, as data.table says how one is read', data.kind);
  if (data.table !== null && data.table.classes !== null && data.table.labelColumn === null && data.reading.columns.label === null) {
    report('data.table.classes', 'them only together with data.table.labelColumn, whose cells they name', data.table.classes);
  }
  for (const path of ['data.imageSize', 'data.channels'] as const) {
    if (rules.resizes || !fromFlag(path)) continue;
    const value = path === 'data.imageSize' ? data.imageSize : data.channels;
    report(path, 'no such flag unless the data is a folder of images', value);
  }
  const { reading } = rules;
  if (reading === 'all') return;
  const expected = data.kind === 'own'
    ? 'no such flag for an own reader, which has settings of its own'
    : 'no such flag unless the data are images with a list or folders of classes, or a table';
  for (const [path, value] of readingSettings(data.reading)) {
    if (fromFlag(path) && !reading.includes(path.replace('data.reading.', ''))) report(path, expected, value);
  }
}

/** What is kept and what is forgotten. */
function checkAttributes({ objective, data: { kind, keep, forget, balance, forgetFromInputs } }: RunConfig, report: Report): void {
  if (objective.kind === 'domain-adaptation') {
    if (keep.length > 0) report('data.keep', 'nothing, as domain adaptation keeps the label', keep);
    if (forget.join() !== 'domain') report('data.forget', 'domain alone, which domain adaptation forgets', forget);
  } else if (forget.length === 0 && objective.kind === 'forgetting') {
    report('data.forget', 'columns to forget (--forget)', forget);
  }
  for (const [path, names] of [['data.keep', keep], ['data.forget', forget]] as const) {
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) report(path, 'every attribute once', names);
  }
  if (balance.length > 0 && kind === 'domains') report('data.balance', 'none, as batches have each domain equally often', balance);
  if (balance.length > 0 && objective.kind === 'forgetting' && objective.balanced) {
    report('data.balance', 'it or objective.balanced (--balanced), which weighs rare values as much as others too', balance);
  }
  if (balance.length > 0 && objective.kind === 'forgetting' && objective.hiding === 'up-to-chance') {
    report('objective.hiding', 'another than up-to-chance with data.balance: chance is of the data as they are', objective.hiding);
  }
  const both = keep.filter((name) => forget.includes(name));
  if (both.length > 0) report('data.forget', `other attributes than those that are kept (${keep.join(', ')})`, both);
  if (forgetFromInputs && kind !== 'table') report('data.forgetFromInputs', 'it only with a table, whose columns are the inputs', true);
}

/** Settings that say how lists, tables and images are read, by path. */
function readingSettings({ columns, memoryMiB: _, ...others }: RunConfig['data']['reading']): [string, unknown][] {
  return [
    ...Object.entries(columns).map(([name, value]): [string, unknown] => [`data.reading.columns.${name}`, value]),
    ...Object.entries(others).map(([name, value]): [string, unknown] => [`data.reading.${name}`, value]),
  ];
}

function checkEarlyStop(config: RunConfig, report: Report, fromFlag: (path: string) => boolean): void {
  if (config.data.heldOut > 0 || config.monitor === TARGET_ACCURACY) return;
  const expected = 'held-out images to score (data.heldOut above 0)';
  if (config.patience !== null) report('patience', expected, config.patience);
  if (fromFlag('monitor')) report('monitor', expected, config.monitor);
}

function checkCluster({ cluster }: RunConfig, report: Report): void {
  if (cluster.listen === null) {
    if (cluster.workers === 0) report('cluster.workers', 'at least 1, or an address to listen at for workers from elsewhere', 0);
    if (cluster.advertise !== null) report('cluster.advertise', 'it only together with an address to listen at', cluster.advertise);
    if (cluster.insecurePlaintext) report('cluster.insecurePlaintext', 'it only together with an address to listen at', true);
    if (cluster.awaitWorkers > cluster.workers) {
      const expected = `at most the ${cluster.workers} workers started here, as no others can join without an address to listen at`;
      report('cluster.awaitWorkers', expected, cluster.awaitWorkers);
    }
  } else if (!isTcpAddress(cluster.listen)) {
    report('cluster.listen', 'an address like tcp://0.0.0.0:5555', cluster.listen);
  } else if (cluster.advertise !== null && !isTcpHost(cluster.advertise)) {
    report('cluster.advertise', 'a name or an address like 192.0.2.7 or [2001:db8::7], without a port', cluster.advertise);
  }
}

function checkSilence({ cluster: { heartbeatSeconds, stallSeconds } }: RunConfig, report: Report): void {
  if (stallSeconds > heartbeatSeconds) return;
  const expected = `more than the ${heartbeatSeconds} s between two heartbeats, or every process counts as dead`;
  report('cluster.stallSeconds', expected, stallSeconds);
}

function checkGame(config: RunConfig, report: Report): void {
  const { objective, data, monitor } = config;
  if (objective.kind === 'forgetting') checkPhases(objective, report);
  if ((objective.kind === 'domain-adaptation') !== (data.kind === 'domains')) {
    const one = `data of one population, for ${objective.kind === 'own' ? 'the game ' : ''}${gameName(config)}`;
    const expected = objective.kind === 'domain-adaptation' ? 'domains, for domain adaptation' : one;
    report('data.kind', expected, data.kind);
  }
  if (objective.kind === 'domain-adaptation' && config.grid) report('grid', 'no style grid for domain adaptation', true);
  if (objective.kind === 'own' && config.grid) report('grid', 'no style grid after each epoch of an own game (lethe grid draws one)', true);
  if (objective.kind === 'forgetting') checkParts(objective, config, report);
  const figures = figuresOf(config);
  if (!figures.includes(monitor)) report('monitor', `a figure of ${gameName(config)} (${figures.join(', ')})`, monitor);
}

/** What the phases of a round do apart, or see apart, needs phases. */
function checkPhases(
  { hiding, classifierTurns, batchPer, frozenMode, bottleneck, adversary }: Extract<RunConfig['objective'], { kind: 'forgetting' }>,
  report: Report,
): void {
  if (hiding === 'gradient-reversal') {
    const all = 'with gradient-reversal, where all networks move at once';
    if (classifierTurns > 1) report('objective.classifierTurns', `1 ${all}`, classifierTurns);
    if (batchPer !== 'round') report('objective.batchPer', `round ${all}`, batchPer);
    if (frozenMode !== 'training') report('objective.frozenMode', `training ${all}`, frozenMode);
  } else if (frozenMode === 'evaluation' && bottleneck.kind !== 'article' && adversary.reads === 'sample') {
    const expected = 'mean with frozenMode evaluation, in which the latent that the adversary learns from has no noise';
    report('objective.adversary.reads', expected, adversary.reads);
  }
}

/** Parts of the game that need each other, or have no place beside each other. */
function checkParts(
  { hiding, rebuild, fairness, eraser, weights, optimizers }: Extract<RunConfig['objective'], { kind: 'forgetting' }>,
  { data, grid, clipNorm }: RunConfig,
  report: Report,
): void {
  const { keep, forget } = data;
  if (!rebuild && keep.length === 0) report('objective.rebuild', 'something that the features keep: examples to rebuild, or --keep', false);
  if (grid && (!rebuild || forget.join() !== 'label')) report('grid', 'no style grid unless images are rebuilt without their label', true);
  if (fairness === 'odds' && keep.length === 0) report('objective.fairness', 'parity, as no label is kept', fairness);
  const leavesLess = 'where attributes are kept: the eraser would leave less of them than the heads read';
  if (eraser.couplings > 0 && keep.length > 0) report('objective.eraser.couplings', `0 ${leavesLess}`, eraser.couplings);
  if (eraser.covariances && keep.length > 0) report('objective.eraser.covariances', `false ${leavesLess}`, true);
  if (eraser.covariances && eraser.couplings > 0) {
    report('objective.eraser.couplings', '0 with covariances, which are erased in place of a flow', eraser.couplings);
  }
  const ofMeans = optimizers.eraser;
  if (eraser.covariances && !(ofMeans.kind === 'sgd' && ofMeans.momentum === 0 && ofMeans.learningRate <= 1)) {
    const expected = 'kind sgd, momentum 0 and a learningRate of at most 1 with eraser.covariances, which keeps running means';
    report('objective.optimizers.eraser', expected, ofMeans);
  }
  if (eraser.covariances && clipNorm !== null) {
    report('clipNorm', 'null with eraser.covariances, whose running means no bound on gradients may slow', clipNorm);
  }
  const erases = eraser.covariances || eraser.couplings > 0;
  if (erases && eraser.learnsWith === 'classifier' && hiding === 'gradient-reversal') {
    report('objective.eraser.learnsWith', 'encoder with gradient-reversal, in which all learn at once', eraser.learnsWith);
  }
  const weighed = hiding === 'gradient-reversal' ? forget.find((name) => Object.hasOwn(weights, name)) : undefined;
  if (weighed !== undefined) report(`objective.weights.${weighed}`, 'none with gradient-reversal, which has beta alone', weights[weighed]);
  const named = [...keep, ...forget];
  const unknown = Object.keys(weights).find((name) => !named.includes(name));
  if (unknown === undefined) return;
  report(`objective.weights.${unknown}`, `a kept or a forgotten attribute (${named.join(', ')})`, weights[unknown]);
}

/** Problems between settings that are each valid by themselves. */
export function crossProblems(config: RunConfig, origins: Origins): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, expected, found) => problems.push({ where: labelOf(origins, path), expected, found: shown(found) });
  const fromFlag = (path: string): boolean => originOf(origins, path)?.source === 'flags';
  checkBatch(config, report);
  checkGame(config, report);
  checkLength(config, report);
  checkData(config, report, fromFlag);
  checkAttributes(config, report);
  checkEarlyStop(config, report, fromFlag);
  checkCluster(config, report);
  checkSilence(config, report);
  return problems;
}

/** Sentences for the user about values that are allowed but perhaps not intended. */
export function configWarnings(config: RunConfig): string[] {
  return [...spareWarnings(config), ...selectionWarnings(config), ...silenceWarnings(config)];
}

function silenceWarnings({ cluster: { heartbeatSeconds, stallSeconds } }: RunConfig): string[] {
  if (stallSeconds >= 2 * heartbeatSeconds) return [];
  return [`a process that misses one heartbeat (${heartbeatSeconds} s) counts as dead after ${stallSeconds} s of silence`];
}

function selectionWarnings({ monitor }: RunConfig): string[] {
  if (monitor !== TARGET_ACCURACY) return [];
  const consequence = 'the best checkpoint is chosen by them, and what it reaches is no honest measure';
  return [`${TARGET_ACCURACY} looks at the target's labels: ${consequence}`];
}

function spareWarnings({ cluster, shards }: RunConfig): string[] {
  const spares = cluster.workers - shards;
  if (spares <= 0) return [];
  const ofShards = `${shards} ${shards === 1 ? 'shard' : 'shards'}`;
  return [`${cluster.workers} workers for ${ofShards}: ${spares} compute${spares === 1 ? 's' : ''} only when another leaves (hot spares)`];
}
