import { tmpdir } from 'node:os';
import type { ReadingConfig } from '@lethe/config';
import type { KeepOptions } from './inputs/keep-inputs.js';

/** How opening data is watched, and where decoded inputs are kept. */
export interface OpenOptions {
  /** Folder of what all processes of the machine keep for each other; null: nothing is kept for others. */
  readonly cacheFolder?: string | null;
  /** Told now and then how many inputs have been decoded. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Ends decoding. */
  readonly signal?: AbortSignal | undefined;
}

/** How inputs are kept. */
export interface Keeping extends KeepOptions {
  /** Whether other processes find what was decoded. */
  readonly isShared: boolean;
}

/** How inputs are kept by these options. @param origin what the inputs are of, for messages */
export function keepingOf(
  origin: string, { memoryMiB, skipBad }: ReadingConfig, { cacheFolder = null, ...watching }: OpenOptions,
): Keeping {
  return { origin, memoryMiB, skipBad, isShared: cacheFolder !== null, cacheFolder: cacheFolder ?? tmpdir(), ...watching };
}
