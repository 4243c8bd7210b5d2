import {
  configLayer, problemsError, readConfigFile, readFlagFile, withDataFolder, withValue,
  type CompiledConfig, type ConfigLayer, type Machine, type RunConfig, type Tree,
} from '@lethe/config';
import { withInitialWeights } from '../../initial-weights/find-weights.js';
import { OwnModules } from '../../own-code/with-own-code.js';
import type { SweepRequest } from '../../requests.js';
import { configOfLayers, layersSayWorkers, ofOneKind } from '../../run-config.js';
import { trialKey, type Assignment, type PlannedTrial } from '../trial.js';
import { grid, random } from './search-space.js';

/**
 * Every trial that was asked for, checked through before any starts; those with one configuration are one trial.
 *
 * @throws LetheError CONFIG_INVALID naming what is wrong with a trial's settings
 */
export async function planSweep(request: SweepRequest, machine: Machine): Promise<SweepTrial[]> {
  const { configFile, folder } = request;
  const base = configFile === null ? [] : [withInitialWeights(readConfigFile(configFile, folder), request)];
  const modules = new OwnModules({ folder, configFile });
  const trials: SweepTrial[] = [];
  for (const { values, layers } of assignments(request)) {
    const own = [...layers, assignmentLayer(values)];
    const said = await modules.named([...base, ...own.map((layer) => withInitialWeights(withDataFolder(layer, folder), request))]);
    const { config, origins } = configOfLayers(said, machine);
    trials.push({
      key: trialKey(config),
      values,
      origins,
      config: layersSayWorkers(said) ? ofOneKind(config) : withShareOfWorkers(ofOneKind(config), request.trialsAtOnce ?? 1),
    });
  }
  return [...new Map(trials.map((trial) => [trial.key, trial])).values()];
}

/** A trial that has not been fitted to its data. */
export interface SweepTrial extends PlannedTrial, Pick<CompiledConfig, 'origins'> {}

interface Combination {
  readonly values: Assignment;
  readonly layers: readonly ConfigLayer[];
}

function assignments({ space, random: count, drawSeed, listFile, folder }: SweepRequest): Combination[] {
  const combinations = count === null ? grid(space) : random(space, count, drawSeed);
  if (listFile === null) return combinations.map((values) => ({ values, layers: [] }));
  const listed = readList(listFile, folder);
  return listed.flatMap((settings, index) => combinations.map((values) => ({
    values: { listed: index + 1, ...values },
    layers: [configLayer(settings, `entry ${index + 1} of ${listFile}`)],
  })));
}

function readList(file: string, folder: string): unknown[] {
  let listed: unknown;
  try {
    listed = JSON.parse(readFlagFile('--list', file, folder));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (Array.isArray(listed) && listed.length > 0) return listed;
  throw problemsError([{ where: '--list', expected: 'a JSON list of configurations, each with the settings of one trial', found: file }]);
}

function assignmentLayer(assignment: Assignment): ConfigLayer {
  const settings = Object.entries(assignment).filter(([path]) => path !== 'listed');
  const values = settings.reduce<Tree>((tree, [path, value]) => withValue(tree, path, value), {});
  return { source: 'flags', values, label: (path) => path };
}

/** Trials side by side share the machine; how many workers compute changes no bit. */
function withShareOfWorkers(config: RunConfig, trialsAtOnce: number): RunConfig {
  const workers = Math.max(1, Math.floor(config.cluster.workers / trialsAtOnce));
  return { ...config, cluster: { ...config.cluster, workers, awaitWorkers: Math.min(config.cluster.awaitWorkers, workers) } };
}
