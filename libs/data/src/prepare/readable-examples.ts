import { setImmediate } from 'node:timers/promises';
import { joinedReader } from '../inputs/input-readers.js';
import { keepInputs } from '../inputs/keep-inputs.js';
import { invalidData } from '../invalid-data.js';
import type { Keeping } from '../open-options.js';
import type { ReadingNote } from '../model/examples.js';
import { inputLength, type BadInput, type InputReader, type Inputs, type OddInputs } from '../model/inputs.js';
import { chooseExamples } from './choose-examples.js';
import type { Population } from './population.js';

/** A population and the row in the inputs of each of its examples. */
export interface ReadPopulation extends Population { readonly rows: Uint32Array }

/**
 * Decodes the inputs of all populations, and leaves out examples whose inputs cannot be read, if that is allowed.
 * @throws LetheError DATA_INVALID naming all inputs that cannot be read
 */
export async function readableExamples(
  populations: readonly Population[], keeping: Keeping,
): Promise<ReadInputs> {
  const { origin, isShared } = keeping;
  const readers = populations.map(({ examples }) => examples.inputs).filter((reader) => reader !== null);
  await setImmediate(); // signals are heard meanwhile
  if (readers.length === 0) return { inputs: null, populations: withRows(populations), bad: [], notes: [] };
  if (readers.length !== populations.length)
    throw invalidData(origin, 'inputs of one kind in all domains', 'tables beside images');
  checkShapes(readers, origin);
  const all = joinedReader(readers);
  const { inputs, bad, odd } = await keepInputs(isShared ? all : { ...all, identity: () => Promise.resolve(null) }, keeping);
  const isBad = new Set(bad.map(({ example }) => example));
  return { inputs, bad, notes: oddNote(odd), populations: withRows(populations).map((population) => withoutBad(population, isBad)) };
}

/** Inputs of all populations. */
export interface ReadInputs {
  /** Null if the features of the examples are their inputs. */
  readonly inputs: Inputs | null;
  /** Without the examples that cannot be read. */
  readonly populations: readonly ReadPopulation[];
  readonly bad: readonly BadInput[];
  readonly notes: readonly ReadingNote[];
}

function oddNote({ count, first }: OddInputs): ReadingNote[] {
  if (count === 0) return [];
  const images = count === 1 ? '1 image was' : `${count} images were`;
  return [{ kind: 'notice', text: `${images} read although the decoder complained, the first: ${first}` }];
}

/** The populations after each other. */
export function withRows(populations: readonly Population[]): ReadPopulation[] {
  let first = 0;
  return populations.map((population) => {
    const rows = Uint32Array.from({ length: population.examples.count }, (_, example) => first + example);
    first += rows.length;
    return { ...population, rows };
  });
}

function withoutBad(population: ReadPopulation, isBad: ReadonlySet<number>): ReadPopulation {
  const good = Uint32Array.from(population.rows.keys()).filter((example) => !isBad.has(population.rows[example] as number));
  if (good.length === population.rows.length) return population;
  const rows = good.map((example) => population.rows[example] as number);
  return { ...population, examples: chooseExamples(population.examples, good), rows };
}

function checkShapes([first, ...others]: readonly InputReader[], origin: string): void {
  if (first === undefined) return;
  const length = inputLength(first.shape);
  const other = others.find(({ shape, values }) => inputLength(shape) !== length || values !== first.values);
  if (other === undefined) return;
  throw invalidData(origin, `examples of ${length} ${first.values} in all domains`, `${inputLength(other.shape)} ${other.values}`);
}
