import type { GraphBuilder } from './graph-builder.js';
import { elements, type GraphNode, type Shape } from './graph-node.js';

/** A part of a flat vector with a name: "encoder.conv1.weight". */
export interface NamedPart {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** A flat vector of parameters or statistics. What is cut out of it is a constant with the name of its part. */
export class NamedVector {
  readonly shape: Shape;
  readonly rank = 1;
  readonly dtype = 'float32';
  readonly #values: Float32Array;
  readonly #parts: ReadonlyMap<number, NamedPart>;

  constructor(values: Float32Array, parts: readonly NamedPart[]) {
    this.shape = [values.length];
    this.#values = values;
    this.#parts = new Map(parts.map((part) => [part.offset, part]));
  }

  /** The part from `begin` on. @throws TypeError if no part begins or ends there */
  part(builder: GraphBuilder, [begin = 0]: readonly number[], [size = 0]: readonly number[]): GraphNode {
    return this.#constant(builder, begin, [size]);
  }

  /** All parts, one after another. @throws TypeError if they have other sizes */
  unpacked(builder: GraphBuilder, shapes: readonly Shape[]): GraphNode[] {
    let offset = 0;
    return shapes.map((shape) => {
      const node = this.#constant(builder, offset, shape);
      offset += elements(shape);
      return node;
    });
  }

  #constant(builder: GraphBuilder, offset: number, shape: Shape): GraphNode {
    const [part, length] = [this.#parts.get(offset), elements(shape)];
    if (part?.length !== length) throw new TypeError(`no part of the vector has ${length} numbers from ${offset} on`);
    return builder.node({ kind: 'constant', name: part.name, shape, values: this.#values.subarray(offset, offset + length) });
  }
}
