import { parseArgs } from 'node:util';
import { PLAIN_DATA } from '@lethe/config';
import { gatherImages, gatherLabels, openData, type Dataset } from '@lethe/data';
import { runProbe, standardise } from '@lethe/evaluation';
import { loadEngine } from '@lethe/tensorflow';
import { LabelAwarePca, type LabelledVectors } from './label-aware-pca.js';

/** Prints what probes read in label-aware principal components of MNIST, and their error: the linear baseline of docs/results.md. */
const { values: options } = parseArgs({
  options: {
    components: { type: 'string', default: '10,16,32' },
    seeds: { type: 'string', default: '1,2,3' },
    examples: { type: 'string' },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);

const source = await openData(
  PLAIN_DATA,
  1,
);
const classes = source.facts.classes.length;
const train = vectors(source.train);
const test = vectors(source.test);
const sizes = numbers(options.components);
const pca = LabelAwarePca.fit(train, classes, sizes.reduce((largest, size) => Math.max(largest, size), 0));
const engine = await loadEngine({ prefer: 'native' });

const rows = [];
for (const size of sizes) {
  const data = standardise({ train: pca.encode(train, size), test: pca.encode(test, size), classes, number: null });
  const row: Record<string, string> = { components: String(size), 'reconstruction MSE': pca.error(test, size).toFixed(4) };
  for (const probe of ['linear', 'mlp', 'neighbours'] as const) {
    const accuracies: number[] = [];
    for (const seed of numbers(options.seeds))
      accuracies.push((await runProbe(engine, data, { probe, shuffledLabels: false, seed, balanced: false })).accuracy);
    const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
    const furthest = accuracies.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
    row[probe] = `${mean.toFixed(3)} ±${furthest.toFixed(3)}`;
  }
  rows.push(row);
}
console.table(rows);

function vectors(dataset: Dataset): LabelledVectors {
  const chosen = Uint32Array.from({ length: Math.min(dataset.count, Number(options.examples ?? dataset.count)) }, (_, index) => index);
  const values = gatherImages(dataset, chosen);
  return { values, labels: gatherLabels(dataset, chosen), size: values.length / chosen.length };
}
