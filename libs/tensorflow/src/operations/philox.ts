/**
 * The bytes of TensorFlow's StatelessRandomUniformFullInt in JavaScript: Philox 4x32 with ten rounds, whose key is scrambled
 * from the seed as tensorflow/core/kernels/stateless_random_ops.cc does it. Engines without that operation draw the same.
 */
export function statelessBytes(size: number, seed: readonly [number, number]): Uint8Array {
  const [key0, key1, counter2, counter3] = philox([seed[0], sign(seed[0]), seed[1], sign(seed[1])], 0x3ec8f720, 0x02461e29);
  const words = new DataView(new ArrayBuffer(Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES));
  for (let start = 0; start < size; start += BLOCK_BYTES) {
    const block = philox([start / BLOCK_BYTES, 0, counter2, counter3], key0, key1);
    for (const [index, word] of block.entries()) words.setInt32(start + index * Int32Array.BYTES_PER_ELEMENT, word, true);
  }
  return new Uint8Array(words.buffer, 0, size);
}

const BLOCK_BYTES = 16;

type Block = [number, number, number, number];

/** The upper half of a seed's 64-bit value. */
function sign(value: number): number {
  return value < 0 ? -1 : 0;
}

function philox(counter: Block, key0: number, key1: number): Block {
  let [a, b, c, d] = counter;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [multiplyHigh(0xd2511f53, a), Math.imul(0xd2511f53, a)];
    const [high1, low1] = [multiplyHigh(0xcd9e8d57, c), Math.imul(0xcd9e8d57, c)];
    [a, b, c, d] = [high1 ^ b ^ key0, low1, high0 ^ d ^ key1, low0];
    key0 = (key0 + 0x9e3779b9) | 0;
    key1 = (key1 + 0xbb67ae85) | 0;
  }
  return [a, b, c, d];
}

/** The upper 32 bits of an unsigned product. */
function multiplyHigh(left: number, right: number): number {
  const [leftHigh, leftLow] = [left >>> 16, left & 0xffff];
  const [rightHigh, rightLow] = [right >>> 16, right & 0xffff];
  const middle = leftHigh * rightLow + ((leftLow * rightLow) >>> 16);
  const carry = (middle & 0xffff) + leftLow * rightHigh;
  return (leftHigh * rightHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0;
}
