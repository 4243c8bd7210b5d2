import { encodeSafetensors } from '@lethe/checkpoint';
import { tensorsChecksum } from './read-model-tensors.js';
import { CHECKSUM, type NamedConstant } from './torch-names.js';

/** The bytes of `model.safetensors`. */
export function modelTensors(constants: readonly NamedConstant[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const tensors = constants.map(({ node: { operation: { shape, values } }, name }) => ({ name, shape, values }));
  const { header, data } = encodeSafetensors(tensors, { format: 'pt', ...metadata, [CHECKSUM]: tensorsChecksum(tensors) });
  return Buffer.concat([header, ...data]);
}
