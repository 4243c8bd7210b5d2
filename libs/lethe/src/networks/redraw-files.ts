import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inputLength, type ExampleSource, type ImageShape } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { deployedDecoder, toldAttributes, type GridColumn } from '@lethe/evaluation';
import { encodeGridPng, encodePng, NewOutput } from '@lethe/run-folder';
import { gridCaptions } from '../evaluation/grid-picture.js';
import { readWalk, type AttributeWalk } from './attribute-walk.js';
import { LoadedNetworks, type CompiledFunction } from './loaded-networks.js';
import { openRunNetworks, type RunNetworks } from './open-run-networks.js';
import { estimateOwnValues, toldOf } from './own-values.js';
import { TakenValues } from './taken-values.js';
import { namedValues, toldValues } from './told-values.js';
import { forUnseenExamples, type UnseenRunRequest, type WatchOptions } from './unseen-run.js';

/** Images in files that are to be redrawn. */
export interface RedrawFilesRequest extends UnseenRunRequest {
  /** Absolute path of the folder to make. */
  readonly out: string;
  /** What the decoder is told (see `toldValues`); null: each of its values in turn, a folder for each. */
  readonly label: string | null;
  /** One attribute is walked through instead, and the others stay as they are. Default: none is. */
  readonly walk?: AttributeWalk | null;
  /** With a walk: values that examples are known to have, as NAME=VALUE with commas. Default: as each is rebuilt best. */
  readonly set?: string | null;
}

/** What was written. */
export interface RedrawnFiles {
  readonly examples: number;
  /** What they were redrawn as; each has a folder of its own unless it was the one that was asked for. */
  readonly told: readonly string[];
}

/**
 * Redraws a user's images as if they had another label, or another value of what the run forgets: PNG files named as their sources. Of a
 * walk there is a folder for each place, and beside them a strip for each image: the image, what it is rebuilt as, and the places.
 * @throws LetheError CONFIG_INVALID for a run without a decoder or of no images, and for a folder that has something in it, and as
 * `encodeFiles` does
 */
export function redrawFiles(request: RedrawFilesRequest, options: WatchOptions): Promise<RedrawnFiles> {
  return NewOutput.make('--out', request.out, (output) => redrawInto(output, request, options));
}

async function redrawInto(output: NewOutput, request: RedrawFilesRequest, options: WatchOptions): Promise<RedrawnFiles> {
  const networks = await openRunNetworks(request, { notice: options.onNotice });
  const { objective } = networks.description;
  const decode = decoderOf(networks);
  const { walk = null } = request;
  const plan = walk === null ? planOfValues(networks, request, output) : planOfWalk(networks, { ...request, walk }, output);
  const loaded = await LoadedNetworks.load(networks, { domain: request.domain, notice: options.onNotice });
  try {
    const redraw = await loaded.compile({ name: 'redraw', seeds: null, compute: (context) => decode(context, objective.encode(context)) });
    const namer = new FileNames();
    await mkdir(output.temporary, { recursive: true });
    const examples = await forUnseenExamples(networks, request, {
      ...options, use: async ({ inputs, sources }) => {
        const files = sources.map((source) => namer.nameOf(source));
        await plan.draw({ inputs, files, redraw });
      },
    });
    for (const line of plan.said()) options.onNotice(line);
    return { examples, told: plan.told };
  } finally {
    loaded.close();
  }
}

/** Some examples, and what redraws them. */
interface DrawnPiece {
  readonly inputs: Float32Array;
  /** Of the PNG of each, below its folder. */
  readonly files: readonly string[];
  readonly redraw: CompiledFunction;
}

/** What is to be drawn of every example. */
interface DrawingPlan {
  /** What they are redrawn as. */
  readonly told: readonly string[];
  readonly draw: (piece: DrawnPiece) => Promise<void>;
  /** What there is to say when all are drawn. */
  readonly said: () => readonly string[];
}

/** Each example under each of the values. */
function planOfValues({ description }: RunNetworks, request: RedrawFilesRequest, output: NewOutput): DrawingPlan {
  const told = toldValues(description, request.label);
  const folders = new DistinctNames();
  const places = told.map(({ name, inputs }) => ({ inputs, folder: folderOf(output, request, folders.of(folderName(name))) }));
  const { shape } = description.facts;
  return {
    told: told.map(({ name }) => name), said: () => [],
    draw: async ({ inputs, files, redraw }) => {
      for (const { folder, inputs: values } of places) {
        const images = await redraw(inputs, values);
        await output.store(() => writeImages({ images, files, folder }, shape));
      }
    },
  };
}

/** Each example at each place of a walk, and a strip of them. */
function planOfWalk(
  { description }: RunNetworks, { walk: typed, set }: RedrawFilesRequest & { readonly walk: AttributeWalk }, output: NewOutput,
): DrawingPlan {
  const attributes = toldAttributes(description);
  const walk = readWalk(attributes, typed);
  const known = set === undefined || set === null ? new Map<string, number>() : namedValues(attributes, set, '--set');
  const folders = new DistinctNames();
  const { shape } = description.facts;
  const { attribute: { name, input } } = walk;
  const places = walk.places.map(({ caption, told }) => (
    { caption, told, folder: join(output.temporary, folders.of(folderName(`${name}=${caption}`))) }
  ));
  const taken = new TakenValues(attributes, known);
  return {
    told: places.map(({ caption }) => `${name}=${caption}`), said: () => taken.lines(),
    draw: async ({ inputs, files, redraw }) => {
      const own = await estimateOwnValues(inputs, { redraw, attributes, set: known, examples: files.length });
      taken.add(files, own);
      const told = toldOf(attributes, own);
      const columns = [{ attribute: '', caption: 'original', images: inputs }, {
        attribute: '', caption: 'rebuilt', images: await redraw(inputs, told),
      }];
      for (const { caption, told: row, folder } of places) {
        const images = await redraw(inputs, { ...told, [input]: row });
        columns.push({ attribute: name, caption, images });
        await output.store(() => writeImages({ images, files, folder }, shape));
      }
      await output.store(() => writeStrips({ columns, files, folder: output.temporary }, shape));
    },
  };
}

function decoderOf({ run, description }: RunNetworks): NonNullable<ReturnType<typeof deployedDecoder>> {
  const { facts: { shape }, config } = description;
  const decode = deployedDecoder(description);
  const found = decode === null ? `one without a decoder (${config.recipe})` : `one of a table or of vectors (${config.recipe})`;
  if (decode !== null && shape.height > 1) return decode;
  throw new LetheError('CONFIG_INVALID', `${run.name}: expected a run of a game that redraws images, found ${found}`);
}

/** Where images go that are redrawn under one of several values, or under the one that was asked for. */
function folderOf({ temporary }: NewOutput, { label }: RedrawFilesRequest, name: string): string {
  return label === null ? join(temporary, name) : temporary;
}

/** What a value is called as a folder. */
function folderName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} _.,=+-]/gu, '_').replace(/^\.+/, '_') || '_';
}

/** A file name for each example: that of its source, with its row where it has one. No two are the same. */
class FileNames {
  readonly #names = new DistinctNames();

  nameOf({ file, row }: ExampleSource): string {
    const base = row === null ? file.replace(/\.[^./]+$/, '') : `${file.replace(/(\.gz)$/i, '')}-${String(row).padStart(6, '0')}`;
    // Two images may differ in the ending of their names alone.
    return `${this.#names.of(base, file)}.png`;
  }
}

/** Names of which no two are the same: a name that is taken gives way to another one, or gets a number. */
class DistinctNames {
  readonly #taken = new Set<string>();

  of(name: string, otherwise = name): string {
    let found = this.#taken.has(name) ? otherwise : name;
    for (let number = 2; this.#taken.has(found); number += 1) found = `${otherwise}-${number}`;
    this.#taken.add(found);
    return found;
  }
}

interface ImagesToWrite {
  /** [files.length, height, width, channels] from -1 to 1. */
  readonly images: Float32Array;
  readonly files: readonly string[];
  readonly folder: string;
}

async function writeImages({ images, files, folder }: ImagesToWrite, shape: ImageShape): Promise<void> {
  const length = inputLength(shape);
  for (const [index, file] of files.entries()) {
    await writePng(join(folder, file), await encodePng(images.subarray(index * length, (index + 1) * length), shape));
  }
}

interface StripsToWrite extends Pick<ImagesToWrite, 'files' | 'folder'> {
  readonly columns: readonly (Pick<GridColumn, 'attribute' | 'caption'> & Pick<ImagesToWrite, 'images'>)[];
}

/** A picture of one row for each example. */
async function writeStrips({ columns, files, folder }: StripsToWrite, shape: ImageShape): Promise<void> {
  const length = inputLength(shape);
  for (const [index, file] of files.entries()) {
    const pixels = new Float32Array(columns.length * length);
    for (const [column, { images }] of columns.entries()) {
      pixels.set(images.subarray(index * length, (index + 1) * length), column * length);
    }
    const grid = { ...shape, pixels, rows: 1, columns: columns.length, captions: gridCaptions(columns) };
    await writePng(join(folder, file), (await encodeGridPng(grid)).png);
  }
}

async function writePng(path: string, png: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, png);
}
