import type { ImageShape } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import {
  deployedDecoder, rowBetween, toldAttributes, type Between, type PlacedAttribute, type ToldAttribute,
} from '@lethe/evaluation';
import type { ToldInput } from './loaded-networks.js';
import { openInMemory, type OpenNetworks, type RunNetworkOptions } from './open-in-memory.js';
import { valuesInWords } from './told-values.js';

/** A trained decoder in this process: it makes examples of features and of what they forget. */
export interface RunDecoder extends OpenNetworks {
  /** How many features of an example it reads. */
  readonly size: number;
  /** Of what it makes: images, or with height and width 1 inputs of a table or of vectors. */
  readonly shape: ImageShape;
  /** What it is told besides, each with the values that it can be told. */
  readonly told: readonly ToldAttribute[];
  /**
   * Examples [examples, height, width, channels], float32: images from -1 to 1; of a table inputs as its encoder gets them.
   *
   * @param features [examples, size], as the run's encoder makes them
   * @param told a value of each attribute, by its name: one for all examples, or one for each
   * @throws LetheError DATA_INVALID naming what is missing, of another length, or no value of an attribute
   */
  decode(features: Float32Array, told: Readonly<Record<string, ToldValue>>): Promise<Float32Array>;
}

/** What a decoder is told of an attribute: a value, or a place between two, for all examples, or one for each. */
export type ToldValue = OneToldValue | readonly OneToldValue[];

/** What a decoder is told of an attribute of one example, or of all. */
export type OneToldValue = string | number | ToldBetween;

/** A place between two values of an attribute, or beyond: at 0 it is the one, at 1 the other. The decoder is told 1 - place and place. */
export interface ToldBetween {
  readonly from: string | number;
  readonly to: string | number;
  readonly place: number;
}

/**
 * Opens the decoder of a run's checkpoint.
 * @param folder of the run
 * @throws LetheError CONFIG_INVALID for a run without a decoder, and as `openInMemory` does
 */
export function openDecoder(folder: string, options: RunNetworkOptions = {}): Promise<RunDecoder> {
  return openInMemory(folder, options, {
    ask: ({ run, description }) => {
      const decode = deployedDecoder(description);
      if (decode !== null) return decode;
      const message = `${run.name}: expected a run of a game with a decoder, found one without (${description.config.recipe})`;
      throw new LetheError('CONFIG_INVALID', message);
    },
    make: async (loaded, decode, { networks: { description } }) => {
      const { objective: { encodedSize: size }, facts: { shape } } = description;
      const compute = await loaded.compile({ name: 'decode', seeds: null, readsFeatures: true, compute: decode });
      const told = toldAttributes(description);
      return {
        size, shape, told: told.map(({ name, categories }) => ({ name, categories })),
        decode: async (features: Float32Array, values: Readonly<Record<string, ToldValue>>) => (
          compute(features, toldInputs(told, values, countOf(features, size)))
        ),
      };
    },
  });
}

function countOf({ length }: Float32Array, size: number): number {
  if (length > 0 && length % size === 0) return length / size;
  throw invalid('features', `a multiple of ${size} numbers, ${size} for each example`, `${length}`);
}

function toldInputs(
  attributes: readonly PlacedAttribute[], values: Readonly<Record<string, ToldValue>>, examples: number,
): Record<string, ToldInput> {
  const names = attributes.map(({ name }) => name);
  const surplus = Object.keys(values).find((name) => !names.includes(name));
  if (surplus !== undefined) throw invalid('told', `values of ${names.join(', ') || 'nothing'}`, `one of ${surplus}`);
  return Object.fromEntries(attributes.map((attribute) => [attribute.input, toldInput(attribute, values[attribute.name], examples)]));
}

function toldInput(attribute: ToldAttribute, value: ToldValue | undefined, examples: number): ToldInput {
  if (value === undefined) throw invalid('told', valuesInWords(attribute), 'none');
  const isList = Array.isArray(value);
  const all: readonly OneToldValue[] = isList ? value as readonly OneToldValue[] : [value as OneToldValue];
  if (isList && all.length !== examples) {
    throw invalid('told', `${examples} values of ${attribute.name}, one for each example`, `${all.length}`);
  }
  const { length } = attribute.categories;
  const rows = new Float32Array(all.length * length);
  for (const [example, one] of all.entries()) rows.set(rowBetween(attribute, placeOf(attribute, one)), example * length);
  return { rows, length };
}

function placeOf(attribute: ToldAttribute, value: OneToldValue): Between {
  const { from, to, place } = typeof value === 'object' ? value : { from: value, to: value, place: 0 };
  if (!Number.isFinite(place)) throw invalid('told', `a place between two values of ${attribute.name}, a finite number`, String(place));
  const [first, last] = [from, to].map((end) => {
    const index = attribute.categories.indexOf(String(end));
    if (index < 0) throw invalid('told', valuesInWords(attribute), String(end));
    return index;
  }) as [number, number];
  return { from: first, to: last, place };
}

function invalid(where: string, expected: string, found: string): LetheError {
  return new LetheError('DATA_INVALID', `${where}: expected ${expected}, found ${found}`);
}
