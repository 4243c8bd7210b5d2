import { LetheError } from '@lethe/errors';
import { NewOutput } from '@lethe/run-folder';
import type { RunDescription } from '@lethe/graphs';
import { CsvFile, shortNumber } from './feature-files/csv-file.js';
import { LoadedNetworks, type ExampleFunction } from './loaded-networks.js';
import { openRunNetworks } from './open-run-networks.js';
import { forUnseenExamples, type UnseenRunRequest, type WatchOptions } from './unseen-run.js';

/** Examples in files of which something is to be predicted. */
export interface PredictFilesRequest extends UnseenRunRequest {
  /** Absolute path of the CSV to write. */
  readonly out: string;
}

/** What was written. */
export interface PredictedFiles {
  readonly examples: number;
  /** Names of what was predicted. */
  readonly predicted: readonly string[];
}

/** One thing that a run predicts, as columns of a table. */
interface Prediction {
  readonly name: string;
  /** Numbers of an example: log-probabilities, or mean and ln variance. */
  readonly outputs: number;
  readonly compute: ExampleFunction['compute'];
  readonly columns: readonly string[];
  readonly cellsOf: (outputs: Float32Array) => readonly (string | number)[];
}

/**
 * Predicts of a user's examples what a run keeps: for each kept category its likeliest value and a probability for each, for each kept
 * number its value in its own unit and the deviation that the run expects; with domain adaptation the label.
 * @throws LetheError CONFIG_INVALID for a run without heads, and for a file that is there already, and as `encodeFiles` does
 */
export function predictFiles(request: PredictFilesRequest, options: WatchOptions): Promise<PredictedFiles> {
  return NewOutput.make('--out', request.out, (output) => predictInto(output, request, options));
}

async function predictInto(output: NewOutput, request: PredictFilesRequest, options: WatchOptions): Promise<PredictedFiles> {
  const networks = await openRunNetworks(request, { notice: options.onNotice });
  const predictions = predictionsOf(networks.description);
  if (predictions.length === 0) {
    const expected = 'a run that keeps something by name (--keep), or adapts to a domain';
    throw new LetheError('CONFIG_INVALID', `${networks.run.name}: expected ${expected}, found one that predicts nothing`);
  }
  const loaded = await LoadedNetworks.load(networks, { domain: request.domain, notice: options.onNotice });
  let file: CsvFile | null = null;
  try {
    const predict = await loaded.compile({
      name: 'predict', seeds: null,
      compute: (context) => context.operations.concat(predictions.map(({ compute }) => compute(context)), 1),
    });
    const table = await CsvFile.create(output.temporary, predictions.flatMap(({ columns }) => columns));
    file = table;
    const size = predictions.reduce((sum, { outputs }) => sum + outputs, 0);
    const examples = await forUnseenExamples(networks, request, {
      ...options, use: async ({ inputs, sources }) => {
        const found = await predict(inputs);
        await output.store(() => table.write(sources, (example) => cellsOf(predictions, found.subarray(example * size))));
      },
    });
    await output.store(() => table.finish());
    file = null;
    return { examples, predicted: predictions.map(({ name }) => name) };
  } finally {
    loaded.close();
    await file?.abandon();
  }
}

function cellsOf(predictions: readonly Prediction[], outputs: Float32Array): (string | number)[] {
  let start = 0;
  return predictions.flatMap(({ outputs: count, cellsOf: cells }) => {
    start += count;
    return cells(outputs.subarray(start - count, start));
  });
}

function predictionsOf({ objective, facts }: RunDescription): Prediction[] {
  const { predict, readKept } = objective;
  const kept = readKept.map((compute, index): Prediction => {
    const attribute = facts.kept[index];
    if (attribute === undefined) throw new TypeError('a head of no attribute');
    if (attribute.kind === 'category') return category(attribute.name, attribute.categories, compute);
    const { name, mean, deviation } = attribute;
    return {
      name, outputs: 2, compute, columns: [name, `${name} deviation`],
      cellsOf: ([value = Number.NaN, logVariance = Number.NaN]) => (
        [shortNumber(Math.fround(value * deviation + mean)), shortNumber(Math.fround(Math.exp(logVariance / 2) * deviation))]
      ),
    };
  });
  return kept.length > 0 || predict === null ? kept : [category('label', facts.classes, predict)];
}

function category(name: string, categories: readonly string[], compute: Prediction['compute']): Prediction {
  return {
    name, outputs: categories.length, compute, columns: [name, ...categories.map((one) => `${name}=${one}`)],
    cellsOf: (logProbabilities) => {
      const likeliest = logProbabilities.reduce((best, value, index) => (value > (logProbabilities[best] as number) ? index : best), 0);
      return [categories[likeliest] ?? '', ...Array.from(logProbabilities, (value) => shortNumber(Math.fround(Math.exp(value))))];
    },
  };
}
