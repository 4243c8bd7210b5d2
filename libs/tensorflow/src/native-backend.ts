import type * as tfjs from '@tensorflow/tfjs';
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs';

/** An attribute of a TensorFlow operation, as the addon takes it. */
export interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: AttributeValue;
}

/** Values an attribute can have; which are allowed follows from its type. */
export type AttributeValue = number | string | boolean | readonly number[] | readonly boolean[];

/** Values the addon can make a tensor of. */
export type NativeValues = Float32Array | Int32Array | Uint8Array;

/** What an operation returned: a handle that must be deleted, its type and its shape. */
export interface NativeTensor {
  readonly id: number;
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** The addon of @tensorflow/tfjs-node-gpu, as far as it is used here. */
export interface NativeBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: NativeValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): NativeValues;
  executeOp(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputs: number): NativeTensor[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  runSavedModel(session: number, inputs: readonly number[], inputNames: string, outputNames: string): NativeTensor[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

/** The tfjs backend around the addon. `binding` is replaced while a function is traced. */
export interface NativeBackend {
  binding: NativeBinding;
  getDTypeInteger(dtype: DataType): number;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(output: NativeTensor): Tensor;
  move(dataId: object, values: unknown, shape: number[], dtype: DataType, references: number): void;
  executeSingleOutput(name: string, attributes: OperationAttribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: OperationAttribute[], inputs: Tensor[], outputs: number): Tensor[];
}

/** The backend of a tfjs module whose native package has been loaded. */
export function nativeBackend(tf: typeof tfjs): NativeBackend {
  return tf.findBackend('tensorflow') as unknown as NativeBackend;
}

/** Writers of an operation's attributes, by kind. */
export interface AttributeWriters {
  readonly type: (name: string, value: number) => OperationAttribute;
  readonly float: (name: string, value: number) => OperationAttribute;
  readonly boolean: (name: string, value: boolean) => OperationAttribute;
  readonly string: (name: string, value: string) => OperationAttribute;
}

/** The attribute writers of a binding. */
export function attributeWriters(binding: NativeBinding): AttributeWriters {
  return {
    type: (name, value) => ({ name, type: binding.TF_ATTR_TYPE, value }),
    float: (name, value) => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    boolean: (name, value) => ({ name, type: binding.TF_ATTR_BOOL, value }),
    string: (name, value) => ({ name, type: binding.TF_ATTR_STRING, value }),
  };
}
