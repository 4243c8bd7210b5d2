import { rulesOfKind, type DataConfig } from '@lethe/config';
import { asksForLabel, assignRoles, forgetsLabelAlone, rolesToAssign } from './attributes/assign-roles.js';
import { openDomains } from './domains/open-domains.js';
import { Unpacking } from './formats/archives/unpacking.js';
import type { DataSource } from './model/dataset.js';
import { keepingOf, type OpenOptions } from './open-options.js';
import { expectLabels } from './prepare/population.js';
import { prepareData } from './prepare/prepare-data.js';
import { READERS } from './readers/index.js';

/**
 * Opens the data that a configuration names.
 * @param seed the run's seed: draws the test examples where the data do not say which they are
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openData(config: DataConfig, seed: number, options: OpenOptions = {}): Promise<DataSource> {
  const { kind, channels, imageSize, reading } = config;
  const reader = {
    imageSize: rulesOfKind(kind).resizes ? imageSize : null, channels, needsLabel: kind === 'domains' || asksForLabel(config), seed,
    reading, unpacking: new Unpacking(config.unpackedGiB),
  };
  if (kind === 'domains') return openDomains(config, reader, options);
  const examples = assignRoles(await READERS[kind](config, reader), rolesToAssign(config));
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
