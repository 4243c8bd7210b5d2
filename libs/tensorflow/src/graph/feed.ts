import type { NativeBinding } from '../native-backend.js';
import type { InputType, InputValues, Signature } from '../steps/compiled-step.js';
import { NativeHeldVector } from '../steps/held-vector.js';

/** Handles of tensors to feed. `own` are those made for this run, to be freed after it; the others are held vectors. */
export interface Fed {
  readonly handles: readonly number[];
  readonly own: readonly number[];
}

/** Makes the tensors of the named inputs, in that order. */
export function feed(
  binding: NativeBinding,
  signature: Signature,
  inputs: Readonly<Partial<Record<string, InputValues>>>,
  names: readonly string[],
): Fed {
  const handles: number[] = [];
  const own: number[] = [];
  for (const name of names) {
    const values = inputs[name] as InputValues;
    const { shape, type } = signature[name] as Signature[string];
    const isHeld = values instanceof NativeHeldVector;
    const handle = isHeld ? values.handle : binding.createTensor(shape, dtypeOf(type, binding), values as Float32Array);
    handles.push(handle);
    if (!isHeld) own.push(handle);
  }
  return { handles, own };
}

/** TensorFlow's number for the type of an input. */
export function dtypeOf(type: InputType, binding: NativeBinding): number {
  switch (type) {
    case 'float32':
      return binding.TF_FLOAT;
    case 'int32':
      return binding.TF_INT32;
    case 'uint8':
      return binding.TF_UINT8;
  }
}
