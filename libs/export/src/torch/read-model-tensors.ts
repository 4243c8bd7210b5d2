import { createHash } from 'node:crypto';
import { decodeSafetensors, type NamedTensor } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { z } from 'zod';
import { FILTER, inverse, MATRIX, transposed } from '../graph/channels-first.js';
import { CHECKSUM, CONSTANTS, PARTS } from './torch-names.js';

/** Columns of a tensor that was exported in part. */
export interface TensorPart {
  readonly tensor: NamedTensor;
  /** Name of the whole, as `torchName` gives it. */
  readonly of: string;
  /** Its first column: the last dimension, as tensors lie here. */
  readonly from: number;
  /** All columns of the whole. */
  readonly columns: number;
}

/** What was learnt, by its name there. */
export interface ModelTensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Those that are columns of others. */
  readonly parts: readonly TensorPart[];
}

/**
 * What was learnt, in the bytes of a `model.safetensors`: by the names that it has there (see `torchName`), with its dimensions in the
 * order in which they lie here.
 * @param source the file's name in messages
 * @throws LetheError CHECKPOINT_INVALID for a file that is cut or changed, or none of safetensors
 */
export function readModelTensors(bytes: Uint8Array, source: string): ModelTensors {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const expected = metadata[CHECKSUM];
  const found = tensorsChecksum([...tensors.values()]);
  if (expected !== undefined && expected !== found) {
    throw new LetheError('CHECKPOINT_INVALID', `${source}: its content has changed: expected SHA-256 ${expected}, found ${found}`);
  }
  const learnt = [...tensors.values()].filter(({ name }) => !name.startsWith(`${CONSTANTS}.`)).map(asHere);
  const parts = partsOf(metadata, source);
  return {
    tensors: new Map(learnt.map((tensor) => [tensor.name, tensor])),
    parts: learnt.flatMap((tensor) => {
      const part = parts[tensor.name];
      return part === undefined ? [] : [{ ...part, tensor }];
    }),
  };
}

const partsSchema = z.record(z.string(), z.object({ of: z.string(), from: z.int().nonnegative(), columns: z.int().positive() }));

function partsOf(metadata: Readonly<Record<string, string>>, source: string): z.infer<typeof partsSchema> {
  try {
    return partsSchema.parse(JSON.parse(metadata[PARTS] ?? '{}'));
  } catch (cause) {
    const expected = `expected columns of tensors under ${PARTS} in its metadata`;
    throw new LetheError('CHECKPOINT_INVALID', `${source}: ${expected}, found ${metadata[PARTS] ?? ''}`, { cause });
  }
}

/** SHA-256 (hex) over the name, shape and values of tensors, in their order. */
export function tensorsChecksum(tensors: readonly NamedTensor[]): string {
  const hash = createHash('sha256');
  for (const { name, shape, values } of tensors) {
    hash.update(JSON.stringify([name, shape])).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

/** The weights of linear layers and the filters of convolutions are called so; no other tensor lies otherwise in PyTorch. */
function asHere({ name, shape, values }: NamedTensor): NamedTensor {
  const isWeight = name.endsWith('.weight');
  const order = isWeight && shape.length === 4 ? FILTER : isWeight && shape.length === 2 ? MATRIX : null;
  if (order === null) return { name, shape, values };
  const moved = transposed({ kind: 'constant', name, shape, values }, inverse(order));
  return { name, shape: moved.shape, values: moved.values };
}
