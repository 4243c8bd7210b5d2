import { parseConfig } from '../compile-config.js';
import { isTree, valueAt, withValue, type Tree } from '../layer.js';
import { NO_ERASER, plainAdam, REBUILDING } from '../recipe-parts.js';
import type { RunConfig } from '../run-config.js';
import { EARLIER_READING } from '../schema/reading.js';
import { USUAL_PROBES } from '../probe-kinds.js';
import { filledIn, upgrade, type VersionStep } from './upgrade.js';

/**
 * To version 2. It has settings that version 1 did not have, with what version 1 did:
 * - `cluster.strictBits`: any machine may go on with the run;
 * - `cluster.oversubscribe`: a run may have more processes than its machine has cores for;
 * - `data.unpackedGiB`: version 1 had no bound; the present default is more than most data need;
 * - `cluster.advertise`: each machine that joins chose the host.
 */
const toVersion2: VersionStep = (before) => filledIn(before, {
  'cluster.strictBits': false, 'cluster.oversubscribe': true, 'data.unpackedGiB': 2, 'cluster.advertise': null,
});

/** To version 3. Runs of before go on reading their data as they did, are measured with the probes that there were, and erase nothing. */
const toVersion3: VersionStep = (before) => filledIn(before, {
  'data.reading': EARLIER_READING,
  probes: USUAL_PROBES,
  ...(valueAt(before, 'objective.kind') === 'forgetting' ? WITHOUT_ERASER : {}),
});

/** The eraser's optimiser has nothing to do there. */
const WITHOUT_ERASER = { 'objective.eraser': NO_ERASER, 'objective.optimizers.eraser': plainAdam(1e-3) };

/** To version 4. Runs of before forget the label, or the domain where there are several populations, and read tables with a header. */
const toVersion4: VersionStep = (before) => {
  const from = valueAt(before, 'data.domains.from');
  return filledIn(Array.isArray(from) ? withValue(before, 'data.domains.from', from.map(withoutNames)) : before, {
    'data.table': null, 'data.keep': [], 'data.forget': [valueAt(before, 'data.kind') === 'domains' ? 'domain' : 'label'],
    'data.forgetFromInputs': false,
    ...(valueAt(before, 'objective.kind') === 'forgetting' ? REBUILDING_ALONE : {}),
  });
};

/** To version 5. Runs of before start from the weights that their seeds draw. */
const toVersion5: VersionStep = (before) => filledIn(before, { initialWeights: null });

/** To version 6. No run of before read its data by a module of the user. */
const toVersion6: VersionStep = (before) => filledIn(before, { 'data.own': null });

/**
 * To version 7. Workers on other machines had one connection to each server. No run of before read faces, balanced its batches or saw
 * images in a mirror.
 */
const toVersion7: VersionStep = (before) => filledIn(before, {
  'cluster.connections': 1, 'data.avatars': null, 'data.celeba': null, 'data.balance': [],
  ...(isTree(valueAt(before, 'data.augmentation')) ? { 'data.augmentation.flip': false } : {}),
});

/**
 * To version 8. No run of before had the networks of Fader Networks, all steps of a round saw one batch, and all networks computed as in
 * training. Erasers learnt with the encoder, and rates changed until the end.
 */
const toVersion8: VersionStep = (before) => filledIn(before, {
  ...Object.fromEntries(optimizersOf(before).map((network) => [`objective.optimizers.${network}.schedule.until`, 1])),
  ...(valueAt(before, 'objective.kind') === 'forgetting' ? WITHOUT_MAPS : {}),
});

/** Networks that have an optimiser with a schedule. */
function optimizersOf(config: Tree): string[] {
  const optimizers = valueAt(config, 'objective.optimizers');
  if (!isTree(optimizers)) return [];
  return Object.keys(optimizers).filter((network) => isTree(valueAt(config, `objective.optimizers.${network}.schedule`)));
}

const WITHOUT_MAPS = {
  'objective.eraser.covariances': NO_ERASER.covariances, 'objective.eraser.leastVariance': NO_ERASER.leastVariance,
  'objective.eraser.learnsWith': NO_ERASER.learnsWith,
  'objective.encoder.mostMaps': 512, 'objective.encoder.normalisation': 'batch', 'objective.encoder.upsampling': 'transposed',
  'objective.adversary.kind': 'perceptron', 'objective.batchPer': 'round', 'objective.frozenMode': 'training',
};

/** The game of before keeps nothing by name and rebuilds images with the article's networks. */
const REBUILDING_ALONE = {
  ...Object.fromEntries(Object.entries(REBUILDING).map(([name, value]) => [`objective.${name}`, value])),
  'objective.optimizers.head': plainAdam(1e-3),
};

/** A table's files with a header, of whose rows nothing but a column says the split. */
function withoutNames(source: unknown): unknown {
  if (!isTree(source) || source['kind'] !== 'table') return source;
  const { files } = source;
  const split = Array.isArray(files) ? files.map((file: Tree) => ({ split: null, ...file })) : files;
  return { names: null, categories: null, ...source, ...(files === undefined ? {} : { files: split }) };
}

/**
 * In order. A new setting needs a step here: without it, runs of earlier versions cannot be resumed. Settings are no longer added to a
 * version of which `apps/e2e/src/earlier-runs` keeps a sweep: they begin the next version.
 */
const STEPS: readonly VersionStep[] = [toVersion2, toVersion3, toVersion4, toVersion5, toVersion6, toVersion7, toVersion8];

/** The version that is written now. */
export const CONFIG_VERSION = STEPS.length + 1;

/**
 * The content of `config.json`, whichever version wrote it, in the settings of the present version. `raw` may be a part of a
 * configuration.
 * @param name how the file is called in messages
 * @throws LetheError CONFIG_INVALID for a newer version
 */
export function upgradeConfig(raw: unknown, name: string): unknown {
  return upgrade(raw, STEPS, name);
}

/**
 * The configuration of a run as it was saved, by this version or an earlier one. Each setting is checked by itself. Rules between
 * settings are checked after flags have been laid over it: a rule may be younger than the run, and a flag may correct what it forbids.
 * @throws LetheError CONFIG_INVALID
 */
export function parseSavedConfig(raw: unknown, name: string): RunConfig {
  return parseConfig(upgradeConfig(raw, name));
}

/** The text in which a run keeps its configuration: `config.json`. */
export function savedConfigJson(config: RunConfig): string {
  return JSON.stringify({ version: CONFIG_VERSION, ...config }, null, 2);
}
