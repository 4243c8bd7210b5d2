import type { PredictedAttribute } from '@lethe/evaluation';
import { NewOutput } from '@lethe/run-folder';
import { CsvFile, shortNumber } from './feature-files/csv-file.js';
import { LoadedNetworks } from './loaded-networks.js';
import { openRunNetworks } from './open-run-networks.js';
import { compilePredictor, headsOf, type Prediction } from './predictor.js';
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
  const heads = headsOf(networks);
  const loaded = await LoadedNetworks.load(networks, { domain: request.domain, notice: options.onNotice });
  let file: CsvFile | null = null;
  try {
    const predict = await compilePredictor(loaded, heads);
    const table = await CsvFile.create(output.temporary, heads.flatMap(({ attribute }) => columnsOf(attribute)));
    file = table;
    const examples = await forUnseenExamples(networks, request, {
      ...options, use: async ({ inputs, sources }) => {
        const predictions = await predict(inputs);
        await output.store(() => table.write(sources, (example) => predictions.flatMap((prediction) => cellsOf(prediction, example))));
      },
    });
    await output.store(() => table.finish());
    file = null;
    return { examples, predicted: heads.map(({ attribute: { name } }) => name) };
  } finally {
    loaded.close();
    await file?.abandon();
  }
}

function columnsOf(attribute: PredictedAttribute): string[] {
  const { name } = attribute;
  return attribute.kind === 'number' ? [name, `${name} deviation`] : [name, ...attribute.categories.map((one) => `${name}=${one}`)];
}

function cellsOf(prediction: Prediction, example: number): (string | number)[] {
  if (prediction.kind === 'number') {
    return [prediction.values, prediction.deviations].map((values) => shortNumber(values[example] as number));
  }
  const { categories: { length }, likeliest, probabilities } = prediction;
  return [likeliest[example] ?? '', ...Array.from(probabilities.subarray(example * length, (example + 1) * length), shortNumber)];
}
