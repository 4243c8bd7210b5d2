import { chooseSplits } from '../examples/choose-splits.js';
import { categoryAttribute } from '../model/attributes.js';
import { labelOf, type SplitPopulation } from './population.js';
import type { ReadPopulation } from './readable-examples.js';

/** Which examples of a population are for training, held out and for testing. @throws LetheError DATA_INVALID when a part would be empty */
export function splitPopulation(population: ReadPopulation, seed: number): SplitPopulation {
  const { examples, drawName } = population;
  const { train, 'held-out': heldOut, test } = chooseSplits({
    ...examples,
    rows: Uint32Array.from({ length: examples.count }, (_, row) => row),
    label: labelOf(examples),
    domain: drawName === null ? null : categoryAttribute('domain', Array.from({ length: examples.count }, () => drawName)),
  }, { seed, testShare: examples.testShare });
  const all = Uint32Array.from([...train, ...heldOut]).sort();
  return { ...population, train: heldOut.length === 0 ? train : all, test, heldOut };
}
