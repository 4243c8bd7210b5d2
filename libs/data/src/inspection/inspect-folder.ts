import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rulesOfKind, type DataConfig, type TableConfig } from '@lethe/config';
import { errorCode, errorMessage } from '@lethe/errors';
import { asksForLabel, forgetsLabelAlone, rolesToAssign } from '../attributes/assign-roles.js';
import { openDomainSource } from '../domains/domain-sources.js';
import { splitOf } from '../examples/read-split.js';
import { requireFolder } from '../formats/lists/folder-files.js';
import { scanFiles } from '../formats/scan-files.js';
import { Unpacking } from '../formats/archives/unpacking.js';
import { byCodeUnit } from '../name-order.js';
import { keepingOf, type OpenOptions } from '../open-options.js';
import { loadedReader } from '../own/loaded-reader.js';
import { readDefined } from '../own/read-defined.js';
import type { Population } from '../prepare/population.js';
import { READERS } from '../readers/index.js';
import type { ReaderOptions } from '../readers/reader.js';
import { readTableFolder } from '../readers/table.js';
import { openExamplesToDescribe, openToDescribe, type OpenedToDescribe } from '../report/open-to-describe.js';
import { haveImages, isDataFile, KIND_READERS, mayBeFolder, type FoundData } from './data-kinds.js';

/** Data that have been found and opened. */
export interface InspectedData extends OpenedToDescribe {
  /** Folder below the inspected one; empty for the inspected one itself. */
  readonly name: string;
  /** In words: "IDX files", "a table". */
  readonly kind: string;
}

/** Data that are there and cannot be read. */
export interface DamagedData {
  readonly name: string;
  readonly damaged: string;
}

/** What is inspected, and how it is read. */
export interface InspectionPlan {
  readonly folder: string;
  /** Everything but folder and domains counts; of the kinds `own` alone, whose folder counts as well. */
  readonly config: DataConfig;
  readonly seed: number;
  readonly options: OpenOptions;
}

/**
 * Opens data of every kind that a run can read, one after the other: those in the folder, or, if it holds none itself, those in the folders
 * right below it; or what the user's own reader reads, or what comes with Lethe. The bound on what is unpacked counts for each folder anew.
 * @throws LetheError DATA_MISSING when the folder does not exist, INTERRUPTED
 */
export async function* inspectFolder(plan: InspectionPlan): AsyncGenerator<InspectedData | DamagedData> {
  if (plan.config.kind === 'own') {
    yield* opened(plan, '', () => ownData(plan));
    return;
  }
  if (plan.config.kind !== 'domains' && rulesOfKind(plan.config.kind).folder === 'none') {
    const { kind } = plan.config;
    yield* opened(plan, '', () => broughtData(plan, kind));
    return;
  }
  await requireFolder(plan.folder);
  if (plan.config.table !== null) {
    yield* opened(plan, '', () => knownTable(plan, plan.config.table as TableConfig));
    return;
  }
  const top = await filesIn(plan.folder);
  const below = top.isData ? [] : await foldersWithData(plan.folder);
  for (const name of below.length === 0 ? [''] : below) yield* inspectOne(plan, name);
}

async function* inspectOne(plan: InspectionPlan, name: string): AsyncGenerator<InspectedData | DamagedData> {
  const { folder: top, config, seed } = plan;
  const folder = join(top, name);
  const { files } = await filesIn(folder);
  const hasImages = haveImages(await scanFiles(folder));
  const unpacking = new Unpacking(config.unpackedGiB);
  const { imageSize, channels, reading } = config;
  const chosen = forgetsLabelAlone(config) ? null : rolesToAssign(config);
  const reader = { imageSize, channels, needsLabel: chosen === null || asksForLabel(chosen), seed, reading, unpacking };
  for (const read of KIND_READERS) {
    yield* opened(plan, name, () => read({ folder, files, hasImages, roles: chosen === null ? 'usual' : 'said', options: reader }));
  }
}

/** A table of which the settings say everything. */
async function knownTable({ folder, config, seed }: InspectionPlan, table: TableConfig): Promise<FoundData[]> {
  const { imageSize, channels, reading, unpackedGiB } = config;
  const reader = { imageSize, channels, needsLabel: true, seed, reading, unpacking: new Unpacking(unpackedGiB) };
  return [{ kind: 'a table, as the settings say', examples: await readTableFolder({ folder, config: table, roles: 'said' }, reader) }];
}

/** What comes with Lethe, or what it makes itself. */
async function broughtData({ config, seed }: InspectionPlan, kind: keyof typeof READERS): Promise<FoundData[]> {
  const { channels, reading, unpackedGiB } = config;
  const imageSize = rulesOfKind(kind).resizes ? config.imageSize : null;
  const reader = { imageSize, channels, needsLabel: asksForLabel(config), seed, reading, unpacking: new Unpacking(unpackedGiB) };
  return [{ kind, examples: await READERS[kind](config, reader) }];
}

/** What the reader of a module of the user reads. */
async function ownData({ config, seed }: InspectionPlan): Promise<FoundData[]> {
  const reader = loadedReader(config);
  const examples = await readDefined({ ...reader, data: config, seed, isUnseen: false });
  return [{ kind: `what the reader ${reader.definition.name} reads`, examples }];
}

/** Opens what is read, or says why it cannot be read. */
async function* opened(
  { config, seed, options }: InspectionPlan, name: string, read: () => Promise<FoundData[]>,
): AsyncGenerator<InspectedData | DamagedData> {
  const chosen = forgetsLabelAlone(config) && config.table === null ? null : rolesToAssign(config);
  try {
    for (const { kind, examples } of await read()) {
      const { origin } = examples;
      const found = await openExamplesToDescribe(examples, {
        origin, seed, keeping: keepingOf(origin, config.reading, options), chosen, mayHaveAnySides: config.kind === 'own',
      });
      yield { name, kind, ...found };
      found.data.train.inputs.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || code === 'INTERRUPTED') throw error;
    yield { name, damaged: errorMessage(error) };
  }
}

interface VisibleFiles {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly isData: boolean;
}

async function filesIn(folder: string): Promise<VisibleFiles> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const named = (isWanted: (entry: (typeof entries)[number]) => boolean): string[] => (
    entries.filter(isWanted).map(({ name }) => name).sort(byCodeUnit)
  );
  const files = named((entry) => !entry.isDirectory() || mayBeFolder(entry.name));
  return { files, folders: named((entry) => entry.isDirectory() && !mayBeFolder(entry.name)), isData: files.some(isDataFile) };
}

/** Folders that are data sets of their own; none if they are parts of one: classes, domains, splits. */
async function foldersWithData(top: string): Promise<readonly string[]> {
  const { folders } = await filesIn(top);
  if (folders.length > 0 && folders.every((name) => splitOf(name) !== null)) return [];
  const looked = await Promise.all(folders.map((name) => filesIn(join(top, name))));
  return looked.some(({ isData }) => isData) ? folders : [];
}

/**
 * Opens what a recipe of several populations reads, all with their labels.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, INTERRUPTED
 */
export async function inspectDomains({ folder, config, seed, options }: InspectionPlan): Promise<OpenedToDescribe> {
  const { imageSize, channels, reading, domains } = config;
  const reader: ReaderOptions = { imageSize, channels, needsLabel: true, seed, reading, unpacking: new Unpacking(config.unpackedGiB) };
  const populations: Population[] = [];
  for (const from of domains?.from ?? []) {
    const source = await openDomainSource(from, folder, reader);
    for (const name of source.names) {
      populations.push({ name, examples: await source.examplesOf(name), learning: 'labelled', definesClasses: true, drawName: name });
    }
  }
  // As a run has them, so that it finds what has been decoded.
  const last = (name: string): number => Number(name === domains?.target);
  populations.sort((one, other) => last(one.name) - last(other.name));
  return openToDescribe(populations, { origin: folder, seed, keeping: keepingOf(folder, reading, options), chosen: null });
}
