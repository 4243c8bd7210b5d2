import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import {
  cacheFolder, dataOfRecipe, mergeConfig, settingsLayer, usableCores, valueAt, withValue, type ConfigLayer, type RunConfig, type Settings,
  type Tree,
} from '@lethe/config';
import {
  contactSheet, describeData, inspectDomains, inspectFolder, reportLines,
  type ContactSheet, type DamagedData, type ImageShape, type InspectedData, type InspectionPlan,
} from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { encodeGridPng, expectWritableFolder } from '@lethe/run-folder';
import { OwnModules } from './own-code/with-own-code.js';
import { environmentOf, placesOf, tell, type CommonOptions } from './common-options.js';

/** How data are looked at. */
export interface InspectOptions extends Pick<CommonOptions, 'folder' | 'cacheDir' | 'environment' | 'nameOf' | 'onNotice'> {
  /** Folder for contact sheets, which are made of images. Default: none are drawn. */
  readonly out?: string | undefined;
  /** Ends the inspection. */
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many inputs have been decoded. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Data that a run could read. */
export interface ReadableData {
  /** Folder below the inspected one; empty for the inspected one itself. */
  readonly name: string;
  /** In words: "IDX files", "a table". */
  readonly kind: string;
  /** Of an input; of a table and of vectors height and width are 1. */
  readonly shape: ImageShape;
  /** Empty: there is no label. */
  readonly classes: readonly string[];
  /** Examples to train on, those among them that are held out. */
  readonly trainCount: number;
  readonly testCount: number;
  /** Inputs that were found, those among them that cannot be read. */
  readonly inputCount: number;
  /** Why inputs cannot be read, one by one. */
  readonly unreadable: readonly string[];
  /** Whether the settings allow that so many are left out (`skipBad`). */
  readonly leavesOut: boolean;
  /** Why a run would be refused. */
  readonly problems: readonly string[];
  /** All else that was found, in words, a line each. */
  readonly report: readonly string[];
  /** Absolute path of the contact sheet; null: none was drawn. */
  readonly contactSheet: string | null;
}

/**
 * Reads a folder as training would, and says what is in it: data of every kind, one after the other; those in the folder, or, if it holds
 * none itself, those in the folders right below it. Nothing is trained.
 *
 * @param dir the folder; null: an own reader (`data: './reader.ts'`) or the recipe makes its examples
 * @param settings how it is read, as for `train`
 * @throws LetheError DATA_MISSING if there are none, CONFIG_INVALID, CODE_INVALID, INTERRUPTED, STORAGE_FAILED
 */
export async function* inspectData(
  dir: string | null, settings: Settings = {}, options: InspectOptions = {},
): AsyncGenerator<ReadableData | DamagedData, void, undefined> {
  const { folder } = placesOf(options);
  const [data, out] = [dir === null ? null : resolve(folder, dir), options.out === undefined ? null : resolve(folder, options.out)];
  if (out !== null) await expectWritableFolder('--out', out);
  const given = await new OwnModules({ folder, configFile: null }).named([settingsLayer(settings, { folder, nameOf: options.nameOf })]);
  const config = configOf(data, given);
  const plan = planOf(data ?? folder, config, options);
  const sheets = new ContactSheets(out);
  let found = 0;
  for await (const one of config.data.kind === 'domains' ? ofRecipe(plan, config.recipe) : inspectFolder(plan)) {
    found += 1;
    yield 'damaged' in one ? one : await readable(one, { config, sheets, signal: options.signal });
  }
  if (found > 0) return;
  const expected = 'images, IDX or MATLAB files, archives or tables there or one folder below';
  throw new LetheError('DATA_MISSING', `${plan.folder}: expected ${expected}, found none`);
}

function planOf(folder: string, config: RunConfig, options: InspectOptions): InspectionPlan {
  const { signal, onNotice, onProgress } = options;
  return {
    folder, config: config.data, seed: config.seed,
    options: {
      cacheFolder: cacheFolder(environmentOf(options)), signal, onProgress,
      onNotice: (line) => { tell(onNotice, line); },
    },
  };
}

/** The settings of training that say how data are read. */
function configOf(data: string | null, given: readonly ConfigLayer[]): RunConfig {
  // Nothing is computed: any machine will do.
  const machine = { cores: usableCores(), gpus: 0, engine: 'wasm' } as const;
  const [said] = given as [ConfigLayer];
  const layer = data === null ? said : { ...said, values: withValue(said.values, 'data.folder', data) };
  const ofRecipe = dataOfRecipe(machine, [layer]);
  const isBrought = data === null && valueAt(said.values, 'data.kind') !== 'own';
  const isKnown = isBrought || valueAt(ofRecipe, 'kind') === 'domains' || valueAt(ofRecipe, 'table') !== null;
  return mergeConfig(machine, [{ ...layer, values: isKnown ? layer.values : withKind(layer.values) }]).config;
}

/**
 * What kind it is shows when the folder is looked into; for all of them more may be said of images than of others, but for inputs of a
 * table. What is kept or forgotten belongs to a recipe that can do it.
 */
function withKind(said: Tree): Tree {
  const found = valueAt(said, 'data.forgetFromInputs') === true ? 'table' : 'images';
  const values = withValue(said, 'data.kind', valueAt(said, 'data.kind') === 'own' ? 'own' : found);
  const isOfColumns = ['data.keep', 'data.forget'].some((path) => valueAt(said, path) !== undefined);
  if (!isOfColumns || said['recipe'] !== undefined) return values;
  return withValue(withValue(values, 'recipe', 'keep-and-forget'), 'objective.rebuild', valueAt(said, 'data.keep') === undefined);
}

async function* ofRecipe(plan: InspectionPlan, recipe: string): AsyncGenerator<InspectedData> {
  yield { name: '', kind: `what --recipe ${recipe} reads`, ...await inspectDomains(plan) };
}

interface Inspecting {
  readonly config: RunConfig;
  readonly sheets: ContactSheets;
  readonly signal: AbortSignal | undefined;
}

async function readable(inspected: InspectedData, { config, sheets, signal }: Inspecting): Promise<ReadableData> {
  const { name, kind, data, bad, count, problems } = inspected;
  const { memoryMiB, skipBad } = config.data.reading;
  const report = await describeData(data, { memoryMiB, signal });
  return {
    name, kind, problems, shape: report.shape, classes: report.classNames, trainCount: data.train.count, testCount: data.test.count,
    inputCount: count, unreadable: bad.map(({ reason }) => reason), leavesOut: bad.length <= skipBad * count,
    report: reportLines(report), contactSheet: await sheets.draw(name, contactSheet(data)),
  };
}

/** Contact sheets, a file each. */
class ContactSheets {
  readonly #taken = new Set<string>();

  /** @param out null: none are drawn */
  constructor(private readonly out: string | null) {}

  /** @returns the path of the file */
  async draw(name: string, sheet: ContactSheet | null): Promise<string | null> {
    const { out } = this;
    if (out === null || sheet === null) return null;
    const base = name === '' ? 'data' : name;
    let file = base;
    for (let number = 2; this.#taken.has(file); number += 1) file = `${base}-${number}`;
    this.#taken.add(file);
    const path = join(out, `${file}.png`);
    await mkdir(out, { recursive: true }).catch((error: unknown) => { throw storageError(path, error); });
    const { images, rows, columns, shape } = sheet;
    const { png } = await encodeGridPng({ pixels: Float32Array.from(images, (byte) => byte / 127.5 - 1), rows, columns, ...shape });
    await writeFile(path, png).catch((error: unknown) => { throw storageError(path, error); });
    return path;
  }
}
