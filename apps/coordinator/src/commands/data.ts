import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { cacheFolder, dataOfRecipe, mergeConfig, usableCores, valueAt, withValue, type RunConfig, type Tree } from '@lethe/config';
import {
  contactSheet, describeData, inspectDomains, inspectFolder, reportLines,
  type ContactSheet, type DamagedData, type InspectedData, type InspectionPlan,
} from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { EXIT } from '@lethe/lethe/exit-codes';
import { encodeGridPng, expectWritableFolder } from '@lethe/run-folder';
import { createReporter, type Reporter } from '@lethe/telemetry';
import { printable } from '@lethe/telemetry/printable';
import type { DataCommand } from '../command-line/command.js';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { hearEndingSignals } from '../signals/ending-signals.js';
import type { Environment } from './train.js';

/** Reads a data folder as training would, says what is in it, and draws a contact sheet of data that are images. */
export async function runData(command: DataCommand, environment: Environment): Promise<number> {
  const { data, out } = command;
  await expectWritableFolder('--out', out);
  const config = configOf(command);
  const reporter = createReporter({ output: process.stdout });
  const close = closeOnTheWayOut(reporter);
  const ending = new AbortController();
  const hearNoMore = hearEndingSignals(() => { ending.abort(); });
  const options = {
    cacheFolder: cacheFolder(environment), signal: ending.signal, onNotice: (line: string) => { reporter.notice(line); },
    onProgress: (done: number, total: number) => { reporter.reading(done, total); },
  };
  const plan: InspectionPlan = { folder: data, config: config.data, seed: config.seed, options };
  const saying = { folder: data, config, reporter, sheets: new Sheets(command), signal: ending.signal };
  let [found, bad] = [0, 0];
  try {
    for await (const one of config.data.kind === 'domains' ? ofRecipe(plan, config.recipe) : inspectFolder(plan)) {
      found += 1;
      bad += 'damaged' in one ? sayDamaged(one) : await sayInspected(one, saying);
    }
  } finally {
    hearNoMore();
    close();
  }
  if (found > 0) return bad === 0 ? EXIT.ok : EXIT.usage;
  const expected = 'images, IDX or MATLAB files, archives or tables there or one folder below';
  throw new LetheError('DATA_MISSING', `${data}: expected ${expected}, found none`);
}

/** The settings of training that say how data are read. */
function configOf({ data, flags }: DataCommand): RunConfig {
  // Nothing is computed: any machine will do.
  const machine = { cores: usableCores(), gpus: 0, engine: 'wasm' } as const;
  const layer = { ...flags, values: withValue(flags.values, 'data.folder', data) };
  const ofRecipe = dataOfRecipe(machine, [layer]);
  const isKnown = valueAt(ofRecipe, 'kind') === 'domains' || valueAt(ofRecipe, 'table') !== null;
  return mergeConfig(machine, [{ ...layer, values: isKnown ? layer.values : withKind(layer.values) }]).config;
}

/**
 * What kind it is shows when the folder is looked into; for all of them more may be said of images than of others, but for inputs of a
 * table. What is kept or forgotten belongs to a recipe that can do it.
 */
function withKind(said: Tree): Tree {
  const values = withValue(said, 'data.kind', valueAt(said, 'data.forgetFromInputs') === true ? 'table' : 'images');
  const isOfColumns = ['data.keep', 'data.forget'].some((path) => valueAt(said, path) !== undefined);
  if (!isOfColumns || said['recipe'] !== undefined) return values;
  return withValue(withValue(values, 'recipe', 'keep-and-forget'), 'objective.rebuild', valueAt(said, 'data.keep') === undefined);
}

async function* ofRecipe(plan: InspectionPlan, recipe: string): AsyncGenerator<InspectedData> {
  yield { name: '', kind: `what --recipe ${recipe} reads`, ...await inspectDomains(plan) };
}

function sayDamaged({ damaged }: DamagedData): number {
  process.stderr.write(`error: ${printable(damaged)}\n`);
  return 1;
}

interface Saying {
  /** What is inspected: places in it need not name it. */
  readonly folder: string;
  readonly config: RunConfig;
  readonly reporter: Reporter;
  readonly sheets: Sheets;
  readonly signal: AbortSignal;
}

/** @returns how many inputs cannot be read; 0 if so many may be left out */
async function sayInspected(inspected: InspectedData, { folder, config, reporter, sheets, signal }: Saying): Promise<number> {
  const { name, kind, data, bad, count, problems } = inspected;
  const { memoryMiB, skipBad } = config.data.reading;
  const report = await describeData(data, { memoryMiB, signal });
  const sheet = await sheets.draw(name, contactSheet(data));
  const isAllowed = bad.length <= skipBad * count;
  const lines = [
    ...(bad.length === 0 ? [] : [`${bad.length} of ${count} inputs cannot be read${isAllowed ? ' and are left out' : ''}`]),
    ...problems.map((problem) => `a run would be refused: ${problem}`),
    ...reportLines(report),
    ...(sheet === null ? [] : [`contact sheet: ${sheet}`]),
  ];
  reporter.notice(`${name === '' ? '.' : name}: ${kind}`);
  for (const line of lines) reporter.notice(`  ${line.replaceAll(`${folder}/`, '')}`);
  for (const { reason } of bad) process.stderr.write(`${isAllowed ? 'left out' : 'error'}: ${printable(reason)}\n`);
  return isAllowed ? 0 : bad.length;
}

/** Contact sheets, a file each. */
class Sheets {
  readonly #taken = new Set<string>();

  constructor(private readonly places: Pick<DataCommand, 'out' | 'folder'>) {}

  /** @returns the path of the file, from where the user typed */
  async draw(name: string, sheet: ContactSheet | null): Promise<string | null> {
    if (sheet === null) return null;
    const base = name === '' ? 'data' : name;
    let file = base;
    for (let number = 2; this.#taken.has(file); number += 1) file = `${base}-${number}`;
    this.#taken.add(file);
    const path = join(this.places.out, `${file}.png`);
    await mkdir(this.places.out, { recursive: true }).catch((error: unknown) => { throw storageError(path, error); });
    const { images, rows, columns, shape } = sheet;
    const { png } = await encodeGridPng({ pixels: Float32Array.from(images, (byte) => byte / 127.5 - 1), rows, columns, ...shape });
    await writeFile(path, png).catch((error: unknown) => { throw storageError(path, error); });
    return relative(this.places.folder, path);
  }
}
