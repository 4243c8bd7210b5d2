import { LetheError } from '@lethe/errors';

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
