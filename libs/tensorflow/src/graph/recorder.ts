import { LetheError } from '@lethe/errors';
import type { TensorInfo } from '@tensorflow/tfjs';

import type { NativeBackend, NativeBinding, NativeTensor, NativeValues, OperationAttribute } from '../native-backend.js';
import type { GraphNode, NodeAttribute } from './saved-model.js';

/** Operations whose number of inputs is an attribute in a graph, while the eager interface counts for itself. */
const countedInputs: Readonly<Record<string, (inputs: number) => number>> = {
  AddN: (inputs) => inputs,
  ConcatV2: (inputs) => inputs - 1, // the last one is the axis
  Einsum: (inputs) => inputs,
  Pack: (inputs) => inputs,
};

/**
 * Stands between the backend and its addon: every operation runs as usual and is written down as a node of a graph.
 * Tensors are followed twice: by the backend's data id, to refuse those made outside, and by the addon's handle.
 */
export class Recorder {
  readonly nodes: GraphNode[] = [];
  readonly #backend: NativeBackend;
  readonly #binding: NativeBinding;
  readonly #stepName: string;
  readonly #known = new WeakSet();
  readonly #places = new Map<number, string>();

  constructor(backend: NativeBackend, stepName: string) {
    this.#backend = backend;
    this.#binding = backend.binding;
    this.#stepName = stepName;
  }

  /** Runs a function with the recorder in between. */
  record<Result>(run: () => Result): Result {
    const backend = this.#backend;
    const { binding } = backend;
    // Own properties shadow the class's methods; deleting them restores the backend.
    Object.assign(backend, {
      binding: this.#recordingBinding(),
      move: this.#move,
      createOutputTensor: this.#createOutputTensor,
      getInputTensorIds: this.#getInputTensorIds,
    });
    try {
      return run();
    } finally {
      backend.binding = binding;
      for (const name of ['move', 'createOutputTensor', 'getInputTensorIds'] as const) Reflect.deleteProperty(backend, name);
    }
  }

  /** Adds the placeholder of an input and a tensor to trace with in its place. */
  addInput(name: string, shape: readonly number[], dtype: number): NativeTensor {
    const { TF_ATTR_TYPE, TF_ATTR_SHAPE } = this.#binding;
    const attributes = [
      { name: 'dtype', type: TF_ATTR_TYPE, value: dtype },
      { name: 'shape', type: TF_ATTR_SHAPE, value: shape },
    ];
    const id = this.#binding.createTensor(shape, dtype, this.#zeros(shape, dtype));
    this.#places.set(id, this.#addNode(name, { operation: 'Placeholder', inputs: [], attributes }));
    return { id, dtype, shape };
  }

  /** Where in the graph a tensor comes from, as `node` or `node:output`. */
  placeOf(tensor: TensorInfo): string {
    const [id] = this.#backend.getInputTensorIds([tensor]);
    const place = this.#places.get(id as number);
    if (place === undefined) throw this.#foreign('its result');
    return place;
  }

  #zeros(shape: readonly number[], dtype: number): NativeValues {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (dtype === this.#binding.TF_FLOAT) return new Float32Array(size);
    return dtype === this.#binding.TF_INT32 ? new Int32Array(size) : new Uint8Array(size);
  }

  #addNode(name: string, node: Omit<GraphNode, 'name'>): string {
    this.nodes.push({ name, ...node });
    return name;
  }

  #recordingBinding(): NativeBinding {
    const recording = Object.create(this.#binding) as NativeBinding;
    // The addon's properties are read-only, so they are shadowed rather than assigned.
    Object.defineProperties(recording, {
      createTensor: { value: this.#createTensor },
      executeOp: { value: this.#executeOp },
      tensorDataSync: { value: this.#refuseReading },
    });
    return recording;
  }

  readonly #move: NativeBackend['move'] = (dataId, ...rest) => {
    this.#known.add(dataId);
    this.#prototype().move.call(this.#backend, dataId, ...rest);
  };

  readonly #createOutputTensor: NativeBackend['createOutputTensor'] = (output) => {
    const tensor = this.#prototype().createOutputTensor.call(this.#backend, output);
    this.#known.add(tensor.dataId);
    return tensor;
  };

  readonly #getInputTensorIds: NativeBackend['getInputTensorIds'] = (tensors) => {
    for (const tensor of tensors) if (!this.#known.has(tensor.dataId)) throw this.#foreign('it');
    return this.#prototype().getInputTensorIds.call(this.#backend, tensors);
  };

  readonly #createTensor: NativeBinding['createTensor'] = (shape, dtype, values) => {
    const id = this.#binding.createTensor(shape, dtype, values);
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    const attributes: NodeAttribute[] = [
      { name: 'dtype', type: this.#binding.TF_ATTR_TYPE, value: dtype },
      { name: 'value', constant: { dtype, shape, content } },
    ];
    this.#places.set(id, this.#addNode(`constant_${this.nodes.length}`, { operation: 'Const', inputs: [], attributes }));
    return id;
  };

  readonly #executeOp: NativeBinding['executeOp'] = (operation, given, ids, outputCount) => {
    const outputs = this.#binding.executeOp(operation, given, ids, outputCount);
    const inputs = ids.map((id) => {
      const place = this.#places.get(id);
      if (place === undefined) throw this.#foreign(operation);
      return place;
    });
    const attributes = [...given, ...this.#countAttribute(operation, ids.length)];
    const name = this.#addNode(`${operation}_${this.nodes.length}`, { operation, inputs, attributes });
    outputs.forEach((output, index) => this.#places.set(output.id, index === 0 ? name : `${name}:${index}`));
    return outputs;
  };

  #countAttribute(operation: string, inputs: number): OperationAttribute[] {
    const count = countedInputs[operation]?.(inputs);
    return count === undefined ? [] : [{ name: 'N', type: this.#binding.TF_ATTR_INT, value: count }];
  }

  readonly #refuseReading = (): never => {
    throw new LetheError(
      'TRACE_VALUE_READ',
      `step ${this.#stepName} read a tensor's values while it was traced: they would be frozen into the graph. ` +
        'Return the tensor as an output, or compute with tensors throughout',
    );
  };

  #foreign(reader: string): LetheError {
    return new LetheError(
      'TRACE_FOREIGN_TENSOR',
      `step ${this.#stepName} used a tensor made outside it (${reader} reads it): its values would be frozen into the ` +
        'graph. Declare it in the signature and pass it as an input',
    );
  }

  #prototype(): NativeBackend {
    return Object.getPrototypeOf(this.#backend) as NativeBackend;
  }
}
