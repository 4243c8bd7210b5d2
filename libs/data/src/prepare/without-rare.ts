import { leaveOutRare } from '../examples/rare-classes.js';
import type { ReadingNote } from '../model/examples.js';
import { chooseExamples } from './choose-examples.js';
import { labelOf } from './population.js';
import type { ReadPopulation } from './readable-examples.js';

/** Populations without the examples of rare classes, and what was left out. */
export interface PopulationsWithoutRare {
  readonly populations: readonly ReadPopulation[];
  readonly notes: readonly ReadingNote[];
}

/** Leaves out the examples of classes that have fewer than `least` of them in a population. */
export function withoutRare(populations: readonly ReadPopulation[], least: number): PopulationsWithoutRare {
  const left = populations.map((population) => {
    const { examples, rows, name, drawName } = population;
    const { rows: kept, notes } = leaveOutRare({
      rows: Uint32Array.from({ length: examples.count }, (_, row) => row), label: labelOf(examples), domain: null,
    }, least);
    if (kept.length === examples.count) return { population, notes: [] };
    const chosen = { ...population, examples: chooseExamples(examples, kept), rows: kept.map((example) => rows[example] as number) };
    const place = drawName === null ? '' : `domain ${name}: `;
    return { population: chosen, notes: notes.map((note) => ({ ...note, text: place + note.text })) };
  });
  return { populations: left.map(({ population }) => population), notes: left.flatMap(({ notes }) => notes) };
}
