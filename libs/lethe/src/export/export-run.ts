import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { WhichCheckpoint } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import type { RunEvaluation } from '@lethe/evaluation';
import { CHECK_TOLERANCE, exportFiles, type ExportedFunction, type ExportedTensor } from '@lethe/export';
import { NewOutput } from '@lethe/run-folder';
import { placesOf, type PlaceOptions } from '../common-options.js';
import { engineOfRun } from '../engine-of-run.js';
import { parseEvaluation } from '../evaluation/evaluate-run.js';
import { openRunNetworks, type RunNetworks, type RunNetworksRequest } from '../networks/open-run-networks.js';
import { ownVersion } from '../own-version.js';
import { checkExamples } from './check-examples.js';
import { modelCard, titleOf } from './model-card.js';

/** Which networks of a run are written down. */
export interface ExportOptions extends PlaceOptions {
  /** The last checkpoint that can be read, the best by the figure that the run monitors, or the one after a round. Default: `latest`. */
  readonly checkpoint?: WhichCheckpoint | undefined;
  /** Hears each line that somebody should know. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** Ends it; nothing is left then. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the networks of a run's checkpoint into a folder that other programs can use without Lethe: PyTorch, ONNX, TensorFlow and tfjs,
 * how inputs are made, examples to check them by, and a model card.
 *
 * @param run its name below `runsDir`, or its folder
 * @param to the folder to make
 * @returns paths of the files in the folder, with / between their parts
 * @throws LetheError CONFIG_INVALID if the folder is there already, or cannot be made; RUN_MISSING, RUN_INVALID, CHECKPOINT_INVALID,
 * CHECKPOINT_MISMATCH for a run that cannot be opened; INTERRUPTED; STORAGE_FAILED
 */
export function exportRun(run: string, to: string, options: ExportOptions = {}): Promise<string[]> {
  const places = placesOf(options);
  return NewOutput.make('--out', resolve(places.folder, to), async (output) => {
    const files = await filesOf({ ...places, run, checkpoint: options.checkpoint ?? 'latest' }, options);
    await output.store(() => writeFiles(output.temporary, files));
    expectGoingOn(options);
    return [...files.keys()];
  });
}

/** Contents by their paths in the folder, with / between their parts. */
type Files = ReadonlyMap<string, Uint8Array>;

async function filesOf(request: RunNetworksRequest, options: ExportOptions): Promise<Files> {
  const { onNotice: notice = () => undefined } = options;
  const networks = await openRunNetworks(request, { notice });
  const { run: { name }, description, rounds, preprocessing } = networks;
  expectGoingOn(options);
  const { images, source } = await checkExamples(networks, { notice, signal: options.signal });
  const engine = await engineOfRun(description.config, notice);
  expectGoingOn(options);
  const version = ownVersion();
  const title = `${name}: ${titleOf(description)}`;
  const { files, functions, parameters } = await exportFiles({ networks, engine, images, title, version });
  const card = modelCard({
    name, description, rounds, evaluation: await evaluationOf(networks, notice), preprocessing, functions, parameters, version,
    check: { source, engine: `${engine.name === 'native' ? 'TensorFlow' : 'tfjs'} ${engine.version}`, tolerance: CHECK_TOLERANCE },
  });
  return new Map<string, Uint8Array>([
    ['README.md', Buffer.from(card)], ...files,
    ['preprocess.json', Buffer.from(`${JSON.stringify({ ...preprocessing, ...attributesOf(functions) }, null, 2)}\n`)],
  ]);
}

/** Which attribute each tensor is of that a decoder is told or that is predicted, with its categories; a number is in its own unit. */
function attributesOf(functions: readonly ExportedFunction[]): Record<'told' | 'predicted', readonly object[]> {
  const described = (tensors: readonly ExportedTensor[], place: 'input' | 'output'): object[] => tensors.flatMap(({ name, attribute }) => {
    if (attribute === null) return [];
    const { name: of, ...others } = attribute;
    return [{ [place]: name, attribute: of, ...others }];
  });
  return {
    told: functions.flatMap(({ inputs }) => described(inputs, 'input')),
    predicted: functions.flatMap(({ outputs }) => described(outputs, 'output')),
  };
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, bytes] of files) {
    const file = join(folder, ...name.split('/'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flush: true });
  }
}

/** @throws LetheError INTERRUPTED */
function expectGoingOn({ signal }: ExportOptions): void {
  if (signal?.aborted === true) throw new LetheError('INTERRUPTED', 'interrupted before the networks were written');
}

/** What was measured of this checkpoint; null: nothing, or of another one. */
async function evaluationOf({ run, rounds }: RunNetworks, notice: (line: string) => void): Promise<RunEvaluation | null> {
  const text = await readFile(join(run.folder, 'evaluation.json'), 'utf8').catch(() => null);
  const evaluation = text === null ? null : parseEvaluation(text);
  if (evaluation === null || evaluation.rounds === rounds) return evaluation;
  const difference = `${run.name} was measured after ${evaluation.rounds} rounds, and this checkpoint is after ${rounds}`;
  notice(`the model card has no figures: ${difference}`);
  return null;
}
