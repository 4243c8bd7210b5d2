import { createHash } from 'node:crypto';
import { decodeSafetensors, type NamedTensor } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { FILTER, inverse, MATRIX, transposed } from '../graph/channels-first.js';
import { CHECKSUM, CONSTANTS } from './torch-names.js';

/**
 * What was learnt, in the bytes of a `model.safetensors`: by the names that it has there (see `torchName`), with its dimensions in the
 * order in which they lie here.
 * @param source the file's name in messages
 * @throws LetheError CHECKPOINT_INVALID for a file that is cut or changed, or none of safetensors
 */
export function readModelTensors(bytes: Uint8Array, source: string): ReadonlyMap<string, NamedTensor> {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const expected = metadata[CHECKSUM];
  const found = tensorsChecksum([...tensors.values()]);
  if (expected !== undefined && expected !== found) {
    throw new LetheError('CHECKPOINT_INVALID', `${source}: its content has changed: expected SHA-256 ${expected}, found ${found}`);
  }
  const learnt = [...tensors.values()].filter(({ name }) => !name.startsWith(`${CONSTANTS}.`));
  return new Map(learnt.map((tensor) => [tensor.name, asHere(tensor)]));
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
