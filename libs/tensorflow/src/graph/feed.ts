import type { InputType, InputValues, Signature } from '../compiled-step.js';
import { NativeHeldVector } from '../held-vector.js';
import type { NativeBinding } from '../native-backend.js';

/** Tensors to feed; those made for this run must be freed after it, held vectors are their owner's. */
export interface Fed {
  readonly handles: readonly number[];
  readonly own: readonly number[];
}

/** Makes the tensors of the named inputs, in that order. */
export function feed(binding: NativeBinding, signature: Signature, inputs: Readonly<Partial<Record<string, InputValues>>>, names: readonly string[]): Fed {
  const handles: number[] = [];
  const own: number[] = [];
  for (const name of names) {
    const values = inputs[name] as InputValues;
    const { shape, type } = signature[name] as Signature[string];
    const isHeld = values instanceof NativeHeldVector;
    const handle = isHeld ? values.handle : binding.createTensor(shape, typeNumber(type, binding), values as Float32Array);
    handles.push(handle);
    if (!isHeld) own.push(handle);
  }
  return { handles, own };
}

export function typeNumber(type: InputType, binding: NativeBinding): number {
  switch (type) {
    case 'float32':
      return binding.TF_FLOAT;
    case 'int32':
      return binding.TF_INT32;
    case 'uint8':
      return binding.TF_UINT8;
  }
}
