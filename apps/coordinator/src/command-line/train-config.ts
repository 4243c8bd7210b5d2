import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { applyResumeOverrides, dataKindOfLayers, mergeConfig, parseConfigFile, valueAt, type CompiledConfig, type ConfigLayer, type Machine } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { TrainCommand } from './command.js';
import { withDataFolder, withDataKind } from './data-folder.js';

/** How a path is shown to the user: short if it lies below the folder where they typed. */
function shortPath(path: string, folder: string): string {
  const short = relative(folder, path);
  return short === '' || short.startsWith('..') ? path : short;
}

function readConfigFile(path: string, folder: string): ConfigLayer {
  const name = shortPath(path, folder);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LetheError('CONFIG_INVALID', `--config: expected a file that can be read, found none at ${name}`, { cause: error });
  }
  return withDataFolder(parseConfigFile(text, name), folder);
}

type Said = Pick<TrainCommand, 'flags' | 'folder'> & Partial<Pick<TrainCommand, 'configFile'>>;

function layersOf({ configFile = null, flags, folder }: Said): ConfigLayer[] {
  return [...(configFile === null ? [] : [readConfigFile(configFile, folder)]), flags];
}

/** The configuration of the new run that was asked for. Reads the configuration file and looks into `--data-dir`. */
export function newRunConfig(command: TrainCommand, machine: Machine): CompiledConfig {
  const layers = layersOf(command);
  return mergeConfig(machine, withDataKind(layers, dataKindOfLayers(machine, layers)));
}

/** The configuration with which a run goes on, be it trained or measured. @param saved contents of its config.json */
export function resumedRunConfig(command: Said, saved: unknown): CompiledConfig {
  return applyResumeOverrides(saved, withDataKind(layersOf(command), valueAt(saved, 'data.kind')));
}

/** Whether the number of workers was asked for, by a flag or in the configuration file. */
export function saysWorkers(command: TrainCommand): boolean {
  return layersSayWorkers(layersOf(command));
}

/** Whether one of the layers says the number of workers. */
export function layersSayWorkers(layers: readonly ConfigLayer[]): boolean {
  return layers.some(({ values }) => valueAt(values, 'cluster.workers') !== undefined);
}
