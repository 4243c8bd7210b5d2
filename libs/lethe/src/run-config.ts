import {
  applyResumeOverrides, dataOfRecipe, mergeConfig, readConfigFile, valueAt, withDataKind, withValue,
  type CheckedConfig, type CompiledConfig, type ConfigLayer, type Machine, type RunConfig, type Tree,
} from '@lethe/config';
import { withInitialWeights } from './initial-weights/find-weights.js';
import { withGame } from './own-code/game-layer.js';
import { OwnModules } from './own-code/with-own-code.js';
import type { Places, TrainRequest } from './requests.js';

/** Settings as they were said: flags, and a file under them if there is one. */
type Said = Pick<TrainRequest, 'flags' | 'folder'> & { readonly configFile?: TrainRequest['configFile'] | undefined };

function layersOf({ configFile, flags, folder }: Said): ConfigLayer[] {
  return [...(configFile === undefined || configFile === null ? [] : [readConfigFile(configFile, folder)]), flags];
}

/**
 * What was asked for, its modules bundled, loaded into this process and named by their hashes.
 * @throws LetheError CODE_INVALID, CODE_MISSING, CONFIG_INVALID
 */
export async function withOwnCode<Request extends Said>(request: Request): Promise<Request> {
  const { configFile = null, folder } = request;
  const layers = await new OwnModules({ folder, configFile }).named(layersOf(request));
  // The configuration file is read again; what its modules are named by lies over it.
  const said = (path: string): unknown => layers.map(({ values }) => valueAt(values, path)).findLast((value) => value !== undefined);
  const isOwn = said('data.kind') === 'own';
  const paths = [...NAMED_BY_HASH.game, ...(isOwn ? NAMED_BY_HASH.reader : [])];
  const values = paths.reduce<Tree>((tree, path) => {
    const value = said(path);
    return value === undefined ? tree : withValue(tree, path, value);
  }, isOwn ? withOwnSettings(request.flags.values) : request.flags.values);
  return { ...request, flags: { ...request.flags, values } };
}

/** Settings that say which module of the user is a game, and which one reads the data. */
const NAMED_BY_HASH = {
  game: ['objective.code', 'objective.game'], reader: ['data.kind', 'data.own.reader', 'data.own.code'],
} as const;

/** A reader has settings, even if none of them was said. */
function withOwnSettings(values: Tree): Tree {
  return withValue(values, 'data.own.settings', valueAt(values, 'data.own.settings') ?? {});
}

/** The configuration of the new run that was asked for. Reads the configuration file and looks into `--data-dir`. */
export function newRunConfig(request: Said & Places, machine: Machine): CompiledConfig {
  return configOfLayers(layersOf(request).map((layer) => withInitialWeights(layer, request)), machine);
}

/** The configuration that these layers come to on this machine. Looks into the data folder where no layer says of which kind it is. */
export function configOfLayers(layers: readonly ConfigLayer[], machine: Machine): CompiledConfig {
  const played = withGame(layers);
  return mergeConfig(machine, withDataKind(played, dataOfRecipe(machine, played)));
}

/** One run of a configuration: where a recipe would compare several kinds, the one that adapts. */
export function ofOneKind(config: RunConfig): RunConfig {
  const { domains } = config.data;
  return domains?.training === 'each' ? { ...config, data: { ...config.data, domains: { ...domains, training: 'adaptation' } } } : config;
}

/** The configuration with which a run goes on, be it trained or measured. @param saved contents of its config.json */
export function resumedRunConfig(request: Said, saved: unknown): CheckedConfig {
  return applyResumeOverrides(saved, withDataKind(layersOf(request), valueAt(saved, 'data')));
}

/** Whether the number of workers was asked for, by a flag or in the configuration file. */
export function saysWorkers(request: TrainRequest): boolean {
  return layersSayWorkers(layersOf(request));
}

/** Whether one of the layers says the number of workers. */
export function layersSayWorkers(layers: readonly ConfigLayer[]): boolean {
  return layers.some(({ values }) => valueAt(values, 'cluster.workers') !== undefined);
}
