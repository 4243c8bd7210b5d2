import { LetheError } from '@lethe/errors';

import { dtypeOf, type NativeBinding } from '../native-backend.js';
import type { InputSpecification, InputType, InputValues, Signature } from './compiled-step.js';
import { EagerHeldVector, NativeHeldVector } from './held-vector.js';

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } satisfies Record<InputType, unknown>;

/** Refuses inputs that are not those of the signature, naming the first difference; those that are not needed may be missing. */
export function checkInputs(
  step: string,
  { signature, needs }: { readonly signature: Signature; readonly needs: ReadonlySet<string> },
  inputs: Readonly<Record<string, InputValues | undefined>>,
): void {
  for (const [name, { shape, type }] of Object.entries(signature)) {
    const values = inputs[name];
    if (values === undefined && !needs.has(name)) continue;
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (isFor(values, { shape, type }) && values.length === size) continue;
    const expected = `${type} [${shape.join(', ')}] (${size} values)`;
    const found = values === undefined ? 'nothing' : `${values.constructor.name} of ${values.length} values`;
    throw mismatch(step, `input ${name} must be ${expected}, got ${found}`);
  }
  for (const name of Object.keys(inputs)) {
    if (!Object.hasOwn(signature, name)) throw mismatch(step, `there is no input ${name}`);
  }
}

function isFor(values: InputValues | undefined, { shape, type }: InputSpecification): values is InputValues {
  const isHeld = values instanceof NativeHeldVector || values instanceof EagerHeldVector;
  return isHeld ? type === 'float32' && shape.length === 1 : values instanceof arrays[type];
}

function mismatch(step: string, difference: string): LetheError {
  return new LetheError('GRAPH_INPUT_MISMATCH', `Step ${step}: ${difference}.`, { details: { step } });
}

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
