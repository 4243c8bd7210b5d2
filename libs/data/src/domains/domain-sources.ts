import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { DomainSourceConfig } from '@lethe/config';
import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Examples } from '../model/examples.js';
import { byCodeUnit } from '../name-order.js';
import { chooseExamples } from '../prepare/choose-examples.js';
import { readDigits } from '../readers/digits.js';
import { readImages } from '../readers/images.js';
import { readMnistM } from '../readers/mnist-m.js';
import { readMnist } from '../readers/mnist.js';
import type { ReaderOptions } from '../readers/reader.js';
import { readSvhn } from '../readers/svhn.js';
import { readTableFolder } from '../readers/table.js';

/** The domains of one entry of `data.domains.from`. */
export interface DomainSource {
  readonly names: readonly string[];
  /** The examples of the domain of that name. @throws LetheError DATA_MISSING, DATA_INVALID */
  readonly examplesOf: (name: string) => Promise<Examples>;
}

/** @throws LetheError DATA_MISSING, DATA_INVALID */
export async function openDomainSource(source: DomainSourceConfig, folder: string, options: ReaderOptions): Promise<DomainSource> {
  const below = (path: string): string => join(folder, path);
  switch (source.kind) {
    case 'mnist':
      return { names: [source.domain], examplesOf: () => readMnist(null, options) };
    case 'mnist-m': {
      const folders = { photographs: below(source.photographs), test: below(source.test) };
      return { names: [source.domain], examplesOf: () => readMnistM(folders, options) };
    }
    case 'svhn':
      return { names: [source.domain], examplesOf: () => readSvhn(below(source.folder), options) };
    case 'digits':
      return { names: [source.domain], examplesOf: () => readDigits(below(source.folder), options) };
    case 'images':
      return byDomain(await readImages(below(source.folder), options));
    case 'table':
      return byDomain(await readTableFolder({ folder, config: source, roles: 'needed' }, options));
  }
}

/** Examples whose domains an attribute names. */
export function byDomain(examples: Examples): DomainSource {
  const { attributes, domain, origin, count } = examples;
  const attribute = attributes.find(({ name }) => name === domain);
  if (attribute?.kind !== 'category') {
    throw invalidData(origin, 'a column domain with the population of each example, or folders domain/class/image', 'neither');
  }
  const unknown = attribute.values.indexOf(MISSING);
  if (unknown >= 0) throw invalidData(examples.where(unknown), 'a domain', 'an empty cell, or a word like NA for what is not known');
  const rows = rowsOfEach(attribute, count);
  const indexOf = new Map(attribute.categories.map((category, index) => [category, index]));
  return {
    names: attribute.categories.filter((_, index) => (rows[index]?.length ?? 0) > 0).sort(byCodeUnit),
    examplesOf: async (name) => {
      await setImmediate(); // signals are heard meanwhile
      return chooseExamples(examples, rows[indexOf.get(name) ?? MISSING] ?? new Uint32Array(0));
    },
  };
}

function rowsOfEach({ categories, values }: CategoryAttribute, count: number): Uint32Array[] {
  const sizes = new Uint32Array(categories.length);
  for (const value of values) sizes[value] = (sizes[value] ?? 0) + 1;
  const rows = Array.from(sizes, (size) => new Uint32Array(size));
  const filled = new Uint32Array(categories.length);
  for (let example = 0; example < count; example += 1) {
    const domain = values[example] as number;
    (rows[domain] as Uint32Array)[filled[domain] as number] = example;
    filled[domain] = (filled[domain] as number) + 1;
  }
  return rows;
}
