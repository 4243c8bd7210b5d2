/** Writes protocol buffer fields one after another: the few kinds that a SavedModel or an ONNX model needs. */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];

  /** An integer or boolean field; negative numbers take ten bytes, as the format prescribes. */
  integer(field: number, value: number): this {
    return this.#varint(field << 3).#varint(value);
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#varint((field << 3) | 5).#chunks.push(bytes);
    return this;
  }

  /** A string, bytes or message field. */
  bytes(field: number, value: string | Uint8Array | ProtobufWriter): this {
    const bytes = toBytes(value);
    this.#varint((field << 3) | 2).#varint(bytes.length).#chunks.push(bytes);
    return this;
  }

  /** Everything written so far. */
  finish(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  #varint(value: number): this {
    const bytes: number[] = [];
    // Arithmetic in BigInt, since shifts of numbers stop at 32 bits.
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#chunks.push(Uint8Array.from(bytes));
    return this;
  }
}

function toBytes(value: string | Uint8Array | ProtobufWriter): Uint8Array {
  if (value instanceof ProtobufWriter) return value.finish();
  return typeof value === 'string' ? new TextEncoder().encode(value) : value;
}
