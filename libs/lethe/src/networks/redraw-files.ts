import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExampleSource } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { deployedDecoder } from '@lethe/evaluation';
import { encodePng, NewOutput } from '@lethe/run-folder';
import { LoadedNetworks } from './loaded-networks.js';
import { openRunNetworks, type RunNetworks } from './open-run-networks.js';
import { toldValues } from './told-values.js';
import { forUnseenExamples, type UnseenRunRequest, type WatchOptions } from './unseen-run.js';

/** Images in files that are to be redrawn. */
export interface RedrawFilesRequest extends UnseenRunRequest {
  /** Absolute path of the folder to make. */
  readonly out: string;
  /** What the decoder is told (see `toldValues`); null: each of its values in turn, a folder for each. */
  readonly label: string | null;
}

/** What was written. */
export interface RedrawnFiles {
  readonly examples: number;
  /** What they were redrawn as; each has a folder of its own unless it was the one that was asked for. */
  readonly told: readonly string[];
}

/**
 * Redraws a user's images as if they had another label, or another value of what the run forgets: PNG files named as their sources.
 * @throws LetheError CONFIG_INVALID for a run without a decoder or of no images, and for a folder that has something in it, and as
 * `encodeFiles` does
 */
export function redrawFiles(request: RedrawFilesRequest, options: WatchOptions): Promise<RedrawnFiles> {
  return NewOutput.make('--out', request.out, (output) => redrawInto(output, request, options));
}

async function redrawInto(output: NewOutput, request: RedrawFilesRequest, options: WatchOptions): Promise<RedrawnFiles> {
  const networks = await openRunNetworks(request, { notice: options.onNotice });
  const { objective, facts: { shape } } = networks.description;
  const decode = decoderOf(networks);
  const told = toldValues(networks.description, request.label);
  const loaded = await LoadedNetworks.load(networks, { domain: request.domain, notice: options.onNotice });
  try {
    const redraw = await loaded.compile({ name: 'redraw', seeds: null, compute: (context) => decode(context, objective.encode(context)) });
    const namer = new FileNames();
    const folders = new DistinctNames();
    const places = told.map(({ name, inputs }) => ({ inputs, folder: folderOf(output, request, folders.of(folderName(name))) }));
    const length = shape.height * shape.width * shape.channels;
    await mkdir(output.temporary, { recursive: true });
    const examples = await forUnseenExamples(networks, request, {
      ...options, use: async ({ inputs, sources }) => {
        const files = sources.map((source) => namer.nameOf(source));
        for (const { folder, inputs: values } of places) {
          const images = await redraw(inputs, values);
          await output.store(() => writeImages({ images, files, folder }, { ...shape, length }));
        }
      },
    });
    return { examples, told: told.map(({ name }) => name) };
  } finally {
    loaded.close();
  }
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

interface ImageSize { readonly height: number; readonly width: number; readonly channels: number; readonly length: number }

async function writeImages({ images, files, folder }: ImagesToWrite, { length, ...shape }: ImageSize): Promise<void> {
  for (const [index, file] of files.entries()) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await encodePng(images.subarray(index * length, (index + 1) * length), shape));
  }
}
