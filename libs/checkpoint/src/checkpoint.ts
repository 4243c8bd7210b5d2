import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LetheError, errorCode, errorMessage } from '@lethe/errors';
import type { GroupLayout, GroupState } from '@lethe/protocol';
import { isTemporaryFile, storageError, writeFileAtomically } from './atomic-file.js';
import { groupFromTensors, groupTensors, type GroupScalars } from './group-tensors.js';
import { decodeSafetensors, encodeSafetensors, headerLength, invalid, type EncodedSafetensors, type NamedTensor } from './safetensors.js';

/** Version of the metadata. */
const FORMAT = '1';
const BEST = 'best.safetensors';
const FILE_NAME = /^round-(\d+)(?:-step-(\d+))?\.safetensors$/;

export interface SaveOptions {
  readonly folder: string;
  /** Rounds completed. */
  readonly rounds: number;
  /** Steps of the next round that are in the weights too. There are some if the run ended because it lost all its workers. */
  readonly steps: number;
  readonly groups: readonly GroupState[];
  readonly layouts: readonly GroupLayout[];
  readonly configJson: string;
  readonly schemaHash: string;
  readonly dataFingerprint: string;
  /** Fingerprints of the engines that computed the state, one for each life of the run, in order. */
  readonly engines: readonly string[];
  /** Version of Lethe that writes it. */
  readonly codeVersion: string;
  /** How many of the last checkpoints stay. */
  readonly keep: number;
  /** Also becomes `best.safetensors`. */
  readonly isBest: boolean;
  /** Called for each old file that cannot be removed. The checkpoint is written all the same. */
  readonly onLeft: (message: string) => void;
}

/** A checkpoint that was read and is whole. Its metadata can be compared before its state is decoded. */
export interface Checkpoint {
  readonly file: string;
  readonly rounds: number;
  /** Completed steps of the round after `rounds`. */
  readonly steps: number;
  /** The run's configuration when it was made. */
  readonly configJson: string;
  readonly dataFingerprint: string;
  /** Fingerprints of the engines that computed the state, in order; empty in a checkpoint that was written before they were kept. */
  readonly engines: readonly string[];
  /** Version of Lethe that wrote it. */
  readonly codeVersion: string;
  /** Whatever it holds, by name (see `groupTensors`). */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Decodes the state. @throws LetheError CHECKPOINT_MISMATCH if it is of other networks */
  readonly groups: (expected: ExpectedNetworks) => GroupState[];
}

/** The networks whose state a checkpoint is expected to hold. */
export interface ExpectedNetworks {
  readonly layouts: readonly GroupLayout[];
  readonly schemaHash: string;
}

/**
 * Writes the state after a round into `round-000123.safetensors`, or within a round into `round-000123-step-1.safetensors`. The file is
 * written whole or not at all. Then checkpoints before the last `keep` are removed.
 *
 * @throws LetheError STORAGE_FAILED; earlier checkpoints are untouched.
 */
export async function saveCheckpoint(options: SaveOptions): Promise<string> {
  const { folder, rounds, steps, keep, isBest } = options;
  const { header, data } = encode(options);
  const file = join(folder, `round-${String(rounds).padStart(6, '0')}${steps === 0 ? '' : `-step-${steps}`}.safetensors`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw storageError(folder, error);
  }
  await writeFileAtomically(file, [header, ...data]);
  if (isBest) await writeFileAtomically(join(folder, BEST), [header, ...data]);
  // A newer file is damaged, and was passed over when the run was resumed. It does not count among those to keep.
  const isNewer = (other: CheckpointFile): boolean => other.rounds > rounds || (other.rounds === rounds && other.steps > steps);
  const old = (await checkpointFiles(folder)).filter((other) => !isNewer(other)).slice(keep);
  const abandoned = (await readdir(folder)).filter(isTemporaryFile);
  const dropped = [...old.map(({ name }) => name), ...abandoned].map((name) => join(folder, name));
  await Promise.all(dropped.map((name) => rm(name, { force: true }).catch((error: unknown) => {
    options.onLeft(`${name} is older than the last ${keep} checkpoints and cannot be removed: ${errorMessage(error)}`);
  })));
  return file;
}

/**
 * Reads a checkpoint bit for bit.
 *
 * @throws LetheError CHECKPOINT_INVALID for a file that is cut, changed by as much as a bit, or something else.
 */
export async function loadCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new LetheError('CHECKPOINT_INVALID', `${file} cannot be read`, { cause: error });
  });
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  if (metadata['format'] !== FORMAT) {
    throw invalid(file, `it has checkpoint format "${metadata['format'] ?? 'none'}", expected "${FORMAT}"`);
  }
  const { checksum = '', ...rest } = metadata;
  const found = checksumOf([bytes.subarray(headerLength(bytes, file))], [...tensors.values()], rest);
  if (found !== checksum) throw invalid(file, `its content has changed: expected SHA-256 ${checksum}, found ${found}`);
  return {
    file, tensors,
    rounds: Number(metadata['rounds']),
    steps: Number(metadata['steps'] ?? 0),
    configJson: metadata['config'] ?? '{}',
    dataFingerprint: metadata['dataFingerprint'] ?? '',
    engines: JSON.parse(metadata['engines'] ?? '[]') as string[],
    codeVersion: metadata['codeVersion'] ?? 'none',
    groups: ({ layouts, schemaHash }) => {
      if (metadata['schemaHash'] !== schemaHash) {
        const difference = `expected parameter layout ${schemaHash}, found ${metadata['schemaHash'] ?? 'none'}`;
        throw new LetheError('CHECKPOINT_MISMATCH', `${file} is of other networks: ${difference}`);
      }
      const states = JSON.parse(metadata['groups'] ?? '{}') as Record<string, GroupScalars>;
      return layouts.map((layout) => {
        const state = states[layout.name];
        if (state === undefined) throw invalid(file, `it lacks the group ${layout.name}`);
        return groupFromTensors(layout, tensors, state, file);
      });
    },
  };
}

/** A checkpoint of a folder: the newest that can be read, the best by the monitored figure, or the one after this number of rounds. */
export type WhichCheckpoint = 'latest' | 'best' | number;

/**
 * Finds and reads a checkpoint. For `latest`, damaged checkpoints are passed over.
 *
 * @param onDamaged called for each damaged file that is passed over
 * @throws LetheError CHECKPOINT_INVALID if none can be read.
 */
export async function findCheckpoint(
  folder: string, which: WhichCheckpoint, onDamaged: (message: string) => void = () => undefined,
): Promise<Checkpoint> {
  if (which === 'best') return loadCheckpoint(join(folder, BEST));
  const files = (await checkpointFiles(folder)).filter(({ rounds, steps }) => which === 'latest' || (rounds === which && steps === 0));
  for (const { name } of files) {
    try {
      return await loadCheckpoint(join(folder, name));
    } catch (error) {
      if (which !== 'latest' || errorCode(error) !== 'CHECKPOINT_INVALID') throw error;
      onDamaged(errorMessage(error));
    }
  }
  const wanted = which === 'latest' ? 'a checkpoint that can be read' : `a checkpoint after round ${which}`;
  throw new LetheError('CHECKPOINT_INVALID', `${folder}: expected ${wanted}, found ${files.length === 0 ? 'none' : 'only damaged ones'}`);
}

/** File name of the newest checkpoint in a folder, which is not read; null if there is none. */
export async function newestCheckpoint(folder: string): Promise<string | null> {
  return (await checkpointFiles(folder))[0]?.name ?? null;
}

/** A checkpoint of a run, which has not been read. */
export interface ListedCheckpoint {
  /** Absolute path. */
  readonly file: string;
  /** Rounds completed. */
  readonly rounds: number;
  /** Steps of the next round that are in the weights too: above 0 only if the run lost all its workers amid a round. */
  readonly steps: number;
}

/** The checkpoints of a folder, newest first; the copy of the best one is not among them. @throws LetheError CHECKPOINT_INVALID */
export async function listCheckpoints(folder: string): Promise<ListedCheckpoint[]> {
  return (await checkpointFiles(folder)).map(({ name, rounds, steps }) => ({ file: join(folder, name), rounds, steps }));
}

function encode(options: SaveOptions): EncodedSafetensors {
  const { rounds, steps, groups, layouts, configJson, schemaHash, dataFingerprint, engines, codeVersion } = options;
  const tensors = groups.flatMap((state) => {
    const layout = layouts.find(({ name }) => name === state.group);
    if (layout === undefined) throw new TypeError(`no layout describes the group ${state.group}`);
    return groupTensors(layout, state);
  });
  const states: Record<string, GroupScalars> = Object.fromEntries(
    groups.map(({ group, version, scalars }) => [group, { version, scalars }]),
  );
  const metadata = {
    format: FORMAT, rounds: String(rounds), steps: String(steps), schemaHash, dataFingerprint, engines: JSON.stringify(engines),
    codeVersion, config: configJson, groups: JSON.stringify(states),
  };
  const { data } = encodeSafetensors(tensors, metadata);
  return encodeSafetensors(tensors, { ...metadata, checksum: checksumOf(data, tensors, metadata) });
}

/** Checksum over the data, the name and shape of each tensor, and all metadata. */
function checksumOf(data: readonly Uint8Array[], tensors: readonly NamedTensor[], metadata: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const part of data) hash.update(part);
  hash.update(JSON.stringify(tensors.map(({ name, shape }) => [name, shape])));
  return hash.update(JSON.stringify(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))).digest('hex');
}

interface CheckpointFile { readonly name: string; readonly rounds: number; readonly steps: number }

/** The checkpoints of a folder, newest first. */
async function checkpointFiles(folder: string): Promise<CheckpointFile[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    // Only a missing folder means that there are none: a run must not begin again because its disk is away for a moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new LetheError('CHECKPOINT_INVALID', `${folder} cannot be read`, { cause: error });
  });
  return names
    .flatMap((name) => {
      const [, rounds, steps = 0] = FILE_NAME.exec(name) ?? [];
      return rounds === undefined ? [] : [{ name, rounds: Number(rounds), steps: Number(steps) }];
    })
    .sort((a, b) => b.rounds - a.rounds || b.steps - a.steps);
}
