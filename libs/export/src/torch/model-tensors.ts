import { encodeSafetensors } from '@lethe/checkpoint';
import { tensorsChecksum } from './read-model-tensors.js';
import { CHECKSUM, PARTS, torchName, type NamedConstant } from './torch-names.js';

/** The bytes of `model.safetensors`. */
export function modelTensors(constants: readonly NamedConstant[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const tensors = constants.map(({ node: { operation: { shape, values } }, name }) => ({ name, shape, values }));
  const parts = Object.fromEntries(constants.flatMap(({ node: { operation: { part } }, name }) => (
    part === undefined ? [] : [[name, { ...part, of: torchName(part.of) }]]
  )));
  const { header, data } = encodeSafetensors(
    tensors, { format: 'pt', ...metadata, [PARTS]: JSON.stringify(parts), [CHECKSUM]: tensorsChecksum(tensors) },
  );
  return Buffer.concat([header, ...data]);
}
