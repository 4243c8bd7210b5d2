import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConfigLayer } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { Places } from '../requests.js';

const SETTING = 'initialWeights';
/** What lies in the folder of a run. */
export const RUN_FILE = 'config.json';
/** What `lethe export` writes its weights into. */
export const EXPORT_FILE = 'model.safetensors';

/**
 * The layer with the absolute path of the folder whose weights a run is to start from.
 * @throws LetheError RUN_MISSING if neither a run nor an export lies there
 */
export function withInitialWeights(layer: ConfigLayer, { folder, runsFolder }: Places): ConfigLayer {
  const said = layer.values[SETTING];
  if (typeof said !== 'string') return layer;
  const places = [...new Set([resolve(runsFolder, said), resolve(folder, said)])];
  const found = places.find((place) => [RUN_FILE, EXPORT_FILE].some((file) => existsSync(join(place, file))));
  if (found !== undefined) return { ...layer, values: { ...layer.values, [SETTING]: found } };
  const several = places.find((place) => existsSync(join(place, 'trials')));
  const expected = `a run (a folder with ${RUN_FILE}) or what lethe export wrote (a folder with ${EXPORT_FILE})`;
  const problem = several === undefined ? `none at ${places.join(' or ')}` : `several runs, such as ${join(several, 'trials', '001')}`;
  throw new LetheError('RUN_MISSING', `${layer.label(SETTING)}: expected ${expected}, found ${problem}`);
}
