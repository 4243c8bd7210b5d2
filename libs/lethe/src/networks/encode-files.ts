import { NewOutput } from '@lethe/run-folder';
import { CsvFile } from './feature-files/csv-file.js';
import type { EncodedPiece, FeatureFile } from './feature-files/feature-file.js';
import { formatOf } from './feature-files/feature-formats.js';
import { LoadedNetworks } from './loaded-networks.js';
import { compileEncoder } from './open-encoder.js';
import { openRunNetworks } from './open-run-networks.js';
import { forUnseenExamples, type UnseenRunRequest, type WatchOptions } from './unseen-run.js';

/** Examples in files whose features are wanted. */
export interface EncodeFilesRequest extends UnseenRunRequest {
  /** Absolute path of the file to write: .npy, .csv, .parquet or .safetensors. */
  readonly out: string;
  /** Seed of the noise of a variational code. Null: its means, without noise. */
  readonly sampledFrom: number | null;
}

/** What was written. */
export interface EncodedFiles {
  readonly examples: number;
  /** Features of each. */
  readonly size: number;
  /** Absolute paths; of a format that cannot hold where examples come from, a table of that beside it. */
  readonly files: readonly string[];
}

/**
 * Writes the features of a user's examples into a file, as a run's encoder makes them. Memory does not grow with their number.
 * @throws LetheError CONFIG_INVALID for a file that is there already, DATA_MISSING, DATA_INVALID, INTERRUPTED, STORAGE_FAILED, and as
 * `openRunNetworks` does
 */
export async function encodeFiles(request: EncodeFilesRequest, options: WatchOptions): Promise<EncodedFiles> {
  const format = formatOf(request.out);
  const paths = [request.out, ...(format.holdsSources ? [] : [`${request.out}.names.csv`])];
  return NewOutput.makeAll('--out', paths, ([output, names = null]) => (
    encodeInto({ format, output: output as NewOutput, names }, request, options)
  ));
}

interface FilesToWrite {
  readonly format: ReturnType<typeof formatOf>;
  readonly output: NewOutput;
  /** Where the examples come from; null: the format holds that. */
  readonly names: NewOutput | null;
}

async function encodeInto(
  { format, output, names }: FilesToWrite, request: EncodeFilesRequest, options: WatchOptions,
): Promise<EncodedFiles> {
  const networks = await openRunNetworks(request, { notice: options.onNotice });
  const { sampledFrom, domain } = request;
  const loaded = await LoadedNetworks.load(networks, { domain, notice: options.onNotice });
  const { encodedSize: size } = networks.description.objective;
  let file: FeatureFile | null = null;
  try {
    const encode = await compileEncoder(loaded, sampledFrom);
    file = await withNames(await format.create(output.temporary, size), names);
    const written = file;
    const examples = await forUnseenExamples(networks, request, {
      ...options, use: async ({ inputs, sources }) => {
        const features = await encode(inputs);
        await output.store(() => written.write({ sources, features }));
      },
    });
    await output.store(() => written.finish());
    file = null;
    return { examples, size, files: [output, ...(names === null ? [] : [names])].map(({ path }) => path) };
  } finally {
    loaded.close();
    await file?.abandon();
  }
}

/** A file, and a table of where the examples come from beside it. */
async function withNames(file: FeatureFile, names: NewOutput | null): Promise<FeatureFile> {
  if (names === null) return file;
  const table = await CsvFile.create(names.temporary, []);
  return {
    write: async (piece: EncodedPiece) => {
      await file.write(piece);
      await table.write(piece.sources, () => []);
    },
    finish: async () => {
      await file.finish();
      await table.finish();
    },
    abandon: async () => {
      await file.abandon();
      await table.abandon();
    },
  };
}
