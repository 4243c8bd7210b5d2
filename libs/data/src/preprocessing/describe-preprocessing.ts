import { PLAIN_CELEBA, PLAIN_TABLE, rulesOfKind, type DataConfig, type TableConfig } from '@lethe/config';
import type { FittedColumn } from '../columns/fitted-column.js';
import { wordsForMissing } from '../columns/missing-words.js';
import { inputLength, type Inputs } from '../model/inputs.js';
import { facesOf } from '../readers/celeba/celeba.js';
import { PREPROCESSING_VERSION, type Preprocessing } from './preprocessing.js';

/** Bytes as the networks see them: x / 127.5 - 1, from -1 to 1. */
export const BYTE_RANGE = { divisor: 127.5, shift: -1 } as const;

/** What a run's inputs were made of. */
export interface DescribedInputs {
  readonly inputs: Pick<Inputs, 'shape' | 'values'>;
  /** Columns of a table in their order; null: the inputs are no columns. */
  readonly columns: readonly FittedColumn[] | null;
  /** Names of the populations, the target last; empty: there is one. */
  readonly domains: readonly string[];
}

/** How inputs of a run's kind are made of files that have never been seen. */
export function describePreprocessing(data: DataConfig, { inputs, columns, domains }: DescribedInputs): Preprocessing {
  const { shape, values } = inputs;
  const [version, countsAs] = [PREPROCESSING_VERSION, domains.at(-1)] as const;
  const common = { version, domains: countsAs === undefined ? null : { names: [...domains], countsAs } } as const;
  if (columns !== null) return { ...common, kind: 'table', length: inputLength(shape), columns: [...columns], ...cellsOf(data) };
  if (data.own !== null) {
    const seen = values === 'bytes' ? BYTE_RANGE : { divisor: 1, shift: 0 };
    return { ...common, ...shape, kind: 'own', reader: data.own.reader, values, ...seen };
  }
  if (values === 'floats') return { ...common, kind: 'vectors', length: inputLength(shape) };
  const { kind, reading: { background, rules } } = data;
  return {
    ...common, ...shape, channels: shape.channels === 1 ? 1 : 3, kind: 'images', resizes: rulesOfKind(kind).resizes,
    rows: kind === 'celeba' ? facesOf(data.celeba ?? PLAIN_CELEBA) : null, ...BYTE_RANGE, background: rules === 1 ? 'black' : background,
  };
}

function cellsOf(data: DataConfig): Pick<Preprocessing & { kind: 'table' }, 'cells' | 'header'> {
  const { decimal, thousands, rules, columns } = data.reading;
  const { names, categories } = tableOf(data);
  return {
    cells: {
      decimal, thousands, rules, missing: [...wordsForMissing(rules)], wordsMissingIn: [...columns.numbers],
      named: structuredClone(categories) ?? {},
    },
    header: names === null ? null : [...names],
  };
}

/** How the tables of the data are read. */
export function tableOf({ table, domains }: DataConfig): TableConfig {
  return table ?? domains?.from.find((source) => source.kind === 'table') ?? PLAIN_TABLE;
}
