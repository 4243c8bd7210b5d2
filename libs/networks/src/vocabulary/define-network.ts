import { LetheError } from '@lethe/errors';
import { normalisationTensors } from '../layers.js';
import type { NetworkSpec, NormalisationSpec, TensorSpec, UnnamedNetwork } from '../network.js';
import { shapeText } from './layer.js';

/** A network that is written in operations. */
export interface NetworkDefinition extends Pick<NetworkSpec, 'forward' | 'inverse' | 'inputShape' | 'outputShape'> {
  /** What it learns. `context.parameter(name)` gives them to `forward`. */
  readonly tensors: readonly TensorSpec[];
  /** What `context.batchNorm(name, x)` normalises by; their scales and shifts are no part of `tensors`. */
  readonly normalisations?: readonly NormalisationSpec[];
  /** `step` unless said. */
  readonly dropoutStream?: NetworkSpec['dropoutStream'];
}

/** Names that are parts of files and of programs in Python. */
const NAME = /^[a-z][\w-]*(?:\.[a-z][\w-]*)*$/i;

/**
 * A network of one's own, where layers do not say it.
 *
 * @throws LetheError GAME_INVALID for a tensor that is there twice, has no shape or no start
 */
export function defineNetwork({ tensors, normalisations = [], dropoutStream = 'step', ...others }: NetworkDefinition): UnnamedNetwork {
  const all = [...tensors, ...normalisations.flatMap(normalisationTensors)];
  const names = new Set<string>();
  for (const tensor of all) {
    checkTensor(tensor);
    if (names.has(tensor.name)) throw refused(tensor.name, 'a name of its own', 'one that another tensor of the network has');
    names.add(tensor.name);
  }
  return { tensors: all, normalisations, dropoutStream, ...others };
}

function checkTensor({ name, shape, initial }: { [Key in keyof TensorSpec]: unknown }): void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw refused(String(name), 'a name of letters, digits, - and _, with dots between its parts', JSON.stringify(name));
  }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 1)) {
    throw refused(name, 'a shape of whole numbers of at least 1', Array.isArray(shape) ? shapeText(shape) : typeof shape);
  }
  const [rows, columns] = shape.slice(-2) as number[];
  const kind = (initial as TensorSpec['initial'] | undefined)?.kind;
  if (kind !== 'uniform' && kind !== 'normal' && kind !== 'constant' && kind !== 'identity') {
    const kinds = "'uniform' (with a bound), 'normal' (with a deviation), 'constant' (with a value) or 'identity'";
    throw refused(name, `an initial of the kind ${kinds}`, String(kind));
  }
  if (kind === 'identity' && (columns === undefined || rows !== columns)) {
    throw refused(name, "an initial 'identity' where the last two sizes are the same", shapeText(shape));
  }
}

function refused(name: string, expected: string, found: string): LetheError {
  return new LetheError('GAME_INVALID', `The tensor ${name} of a network: expected ${expected}, found ${found}.`);
}
