import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPython } from '@lethe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

const PYTHON_MS = 60_000;

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'lethe-safetensors-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("Python's safetensors", { timeout: PYTHON_MS }, () => {
  it('reads what is written here', async () => {
    const file = join(folder, 'a.safetensors');
    const { header, data } = encodeSafetensors(
      [
        { name: 'b', shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 1e-40, -0, 7) },
        { name: 'a', shape: [], values: Float32Array.of(0.1) },
        { name: 'none', shape: [0, 4], values: new Float32Array(0) },
      ],
      { note: 'größe "quoted"' },
    );
    await writeFile(file, Buffer.concat([header, ...data]));
    const program = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "numpy") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({name: [str(t.dtype), t.shape, t.tobytes().hex()] for name, t in tensors.items()} | {"metadata": file.metadata()}))
`;
    const hex = (...values: number[]): string => Buffer.from(Float32Array.of(...values).buffer).toString('hex');
    expect(await runPython(program, [file])).toEqual({
      a: ['float32', [], hex(0.1)],
      b: ['float32', [2, 3], hex(1, -2, 3.5, 1e-40, -0, 7)],
      none: ['float32', [0, 4], ''],
      metadata: { note: 'größe "quoted"' },
    });
  });

  it('writes what is read here', async () => {
    const file = join(folder, 'a.safetensors');
    const program = `
import json, sys, numpy
from safetensors.numpy import save_file
save_file(
  {"w": numpy.arange(6, dtype="float32").reshape(2, 3) / 3, "scalar": numpy.array(0.1, dtype="float32")}, sys.argv[1], {"by": "python"},
)
print("null")
`;
    await runPython(program, [file]);
    const { tensors, metadata } = decodeSafetensors(await readFile(file), file);
    expect(metadata).toEqual({ by: 'python' });
    expect(tensors.get('w')).toEqual({ name: 'w', shape: [2, 3], values: Float32Array.from({ length: 6 }, (_, i) => i / 3) });
    expect(tensors.get('scalar')).toEqual({ name: 'scalar', shape: [], values: Float32Array.of(0.1) });
  });
});

/** A file with a given header and a given number of bytes of data. */
function file(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

describe('a foreign or damaged file', () => {
  const tensor = (start: number, end: number, shape: unknown = [(end - start) / 4], dtype = 'F32'): object => ({
    dtype, shape, data_offsets: [start, end],
  });

  it.each<[string, Buffer, RegExp]>([
    ['is empty', Buffer.alloc(0), /0 bytes, less than a header/],
    ['is something else', Buffer.from('PK\u0003\u0004 surely a zip archive'), /no safetensors file/],
    ['ends in its header', file('{}', 0).subarray(0, 9), /it is cut: the header needs 10 bytes, the file has 9/],
    ['has no JSON', file('{"a":', 0), /header is not JSON/],
    ['has a list', file([], 0), /header is not an object/],
    ['has metadata that is no text', file({ __metadata__: { a: 1 } }, 0), /metadata is not text/],
    ['has a tensor without a shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), /tensor a is described wrongly/],
    ['has a negative size', file({ a: tensor(0, 4, [-1]) }, 4), /tensor a is described wrongly/],
    ['has another type', file({ a: tensor(0, 2, [1], 'F16') }, 2), /tensor a has type F16, expected F32/],
    ['has a shape that does not fit', file({ a: tensor(0, 8, [3]) }, 8), /tensor a of shape \[3\] has 8 bytes/],
    ['has overlapping tensors', file({ a: tensor(0, 8), b: tensor(4, 12) }, 12), /tensor b starts at byte 4 of the data, expected 8/],
    ['has a hole', file({ a: tensor(0, 4), b: tensor(8, 12) }, 12), /tensor b starts at byte 8 of the data, expected 4/],
    ['is cut in its data', file({ a: tensor(0, 8) }, 7), /it is cut: tensor a ends at/],
    ['has more than its tensors', file({ a: tensor(0, 4) }, 5), /1 bytes follow the last tensor/],
  ])('that %s is refused', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'x.safetensors')).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_INVALID', message: expect.stringMatching(message) as string }),
    );
  });
});
