import { PLAIN_TABLE, type DataConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { asksForLabel, assignRoles, forgetsLabelAlone, rolesToAssign } from './attributes/assign-roles.js';
import { openDomains } from './domains/open-domains.js';
import { Unpacking } from './formats/archives/unpacking.js';
import type { DataSource } from './model/dataset.js';
import type { Examples } from './model/examples.js';
import { keepingOf, type OpenOptions } from './open-options.js';
import { expectLabels } from './prepare/population.js';
import { prepareData } from './prepare/prepare-data.js';
import { readColouredMnist } from './readers/coloured-mnist.js';
import { readIdxFolder } from './readers/idx.js';
import { readImages } from './readers/images.js';
import { readMnist } from './readers/mnist.js';
import type { ReaderOptions } from './readers/reader.js';
import { readTableFolder } from './readers/table.js';

/**
 * Opens the data that a configuration names.
 * @param seed the run's seed: draws the test examples where the data do not say which they are
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openData(config: DataConfig, seed: number, options: OpenOptions = {}): Promise<DataSource> {
  const { channels, reading } = config;
  const reader = {
    imageSize: null, channels, needsLabel: config.kind === 'domains' || asksForLabel(config), seed, reading,
    unpacking: new Unpacking(config.unpackedGiB),
  };
  if (config.kind === 'domains') return openDomains(config, { ...reader, imageSize: config.imageSize }, options);
  const examples = assignRoles(await readSingle(config, reader), rolesToAssign(config));
  const isLabelNeeded = forgetsLabelAlone(config);
  if (isLabelNeeded) expectLabels(examples);
  const { origin } = examples;
  return prepareData({
    origin, classes: classesOf(config), passesOtherLabels: !isLabelNeeded, minPerClass: reading.minPerClass, chosen: config, seed,
    data: config, numbers: 'piecewise', keeping: keepingOf(origin, reading, options),
    populations: [{ name: 'all', examples, learning: 'labelled', definesClasses: true, drawName: null }],
  });
}

/** The classes that settings name; null: the labels of the training examples. */
function classesOf({ table }: DataConfig): readonly string[] | null {
  return table === null || table.classes === null ? null : Object.keys(table.classes);
}

/** Examples of one population. */
async function readSingle({ kind, folder, imageSize, table }: DataConfig, reader: ReaderOptions): Promise<Examples> {
  if (kind === 'mnist') return readMnist(null, reader);
  if (kind === 'coloured-mnist') return readColouredMnist(null, reader);
  if (folder === null) {
    throw new LetheError('CONFIG_INVALID', `data.folder: expected a folder with the ${kind} to read, found none`, { details: { kind } });
  }
  if (kind === 'table') return readTableFolder({ folder, config: table ?? PLAIN_TABLE, roles: 'said' }, reader);
  return kind === 'idx' ? readIdxFolder(folder, reader) : readImages(folder, { ...reader, imageSize });
}
