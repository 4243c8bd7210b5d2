import { open } from 'node:fs/promises';
import type { FeatureFile } from './feature-file.js';

/** Room for a head: of npy and of safetensors, whose heads say how many examples there are, which is known at the end alone. */
const HEAD_BYTES = 256;

/** Float32 numbers in their order behind a head of constant length. @param headOf the head, of at most HEAD_BYTES, padded by itself */
export async function createArrayFile(path: string, headOf: (examples: number) => Buffer): Promise<FeatureFile> {
  const handle = await open(path, 'wx');
  let examples = 0;
  await handle.write(headOf(0));
  return {
    write: async ({ sources, features }) => {
      await handle.writeFile(new Uint8Array(features.buffer, features.byteOffset, features.byteLength));
      examples += sources.length;
    },
    finish: async () => {
      const head = headOf(examples);
      await handle.write(head, 0, head.length, 0);
      await handle.sync();
      await handle.close();
    },
    abandon: () => handle.close(),
  };
}

const MAGIC = Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1');

/** The head of a npy file of version 1.0. @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export function npyHead(examples: number, size: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES, ' ');
  MAGIC.copy(head);
  head.writeUInt16LE(HEAD_BYTES - MAGIC.length - 2, MAGIC.length);
  head.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${examples}, ${size}), }`, MAGIC.length + 2, 'latin1');
  head.write('\n', HEAD_BYTES - 1, 'latin1');
  return head;
}

/** The head of a safetensors file with one tensor, `features`; spaces behind its JSON let it have a constant length. */
export function safetensorsHead(examples: number, size: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES, ' ');
  const bytes = examples * size * Float32Array.BYTES_PER_ELEMENT;
  head.writeBigUInt64LE(BigInt(HEAD_BYTES - 8));
  head.write(JSON.stringify({ features: { dtype: 'F32', shape: [examples, size], data_offsets: [0, bytes] } }), 8, 'latin1');
  return head;
}
