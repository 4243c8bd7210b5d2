import {
  applyResumeOverrides, dataOfRecipe, mergeConfig, readConfigFile, valueAt, withDataKind,
  type CheckedConfig, type CompiledConfig, type ConfigLayer, type Machine, type RunConfig,
} from '@lethe/config';
import { withInitialWeights } from './initial-weights/find-weights.js';
import type { Places, TrainRequest } from './requests.js';

/** Settings as they were said: flags, and a file under them if there is one. */
type Said = Pick<TrainRequest, 'flags' | 'folder'> & { readonly configFile?: TrainRequest['configFile'] | undefined };

function layersOf({ configFile, flags, folder }: Said): ConfigLayer[] {
  return [...(configFile === undefined || configFile === null ? [] : [readConfigFile(configFile, folder)]), flags];
}

/** The configuration of the new run that was asked for. Reads the configuration file and looks into `--data-dir`. */
export function newRunConfig(request: Said & Places, machine: Machine): CompiledConfig {
  return configOfLayers(layersOf(request).map((layer) => withInitialWeights(layer, request)), machine);
}

/** The configuration that these layers come to on this machine. Looks into the data folder where no layer says of which kind it is. */
export function configOfLayers(layers: readonly ConfigLayer[], machine: Machine): CompiledConfig {
  return mergeConfig(machine, withDataKind(layers, dataOfRecipe(machine, layers)));
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
