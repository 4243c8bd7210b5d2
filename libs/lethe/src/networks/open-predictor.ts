import type { PredictedAttribute } from '@lethe/evaluation';
import { MemoryReader, type MemoryExamples } from './memory-examples.js';
import { openInMemory, type OpenNetworks, type RunNetworkOptions } from './open-in-memory.js';
import { compilePredictor, headsOf, type Prediction } from './predictor.js';

/** The heads of a run in this process: they predict what it keeps. */
export interface RunPredictor extends OpenNetworks {
  /** What is predicted. */
  readonly predicted: readonly PredictedAttribute[];
  /** A prediction for each attribute, by its name. @throws LetheError DATA_INVALID for examples of another shape */
  predict(examples: MemoryExamples): Promise<Readonly<Record<string, Prediction>>>;
}

/**
 * Opens the heads of a run's checkpoint.
 * @param folder of the run
 * @throws LetheError CONFIG_INVALID for a run that predicts nothing, and as `openInMemory` does
 */
export function openPredictor(folder: string, options: RunNetworkOptions = {}): Promise<RunPredictor> {
  return openInMemory(folder, options, {
    ask: headsOf,
    make: async (loaded, heads, { networks, notice }) => {
      const predict = await compilePredictor(loaded, heads);
      const reader = new MemoryReader(networks.preprocessing);
      const predicted = heads.map(({ attribute }) => attribute);
      return {
        predicted,
        predict: async (examples: MemoryExamples) => {
          const predictions = await predict(reader.read(examples, notice));
          return Object.fromEntries(predictions.map((prediction, index) => [predicted[index]?.name ?? '', prediction]));
        },
      };
    },
  });
}
