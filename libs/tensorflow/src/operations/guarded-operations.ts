import { inspect } from 'node:util';

import { errorCode, LetheError } from '@lethe/errors';
import type { Tensor } from '@tensorflow/tfjs';

import type { Operations } from './operations.js';

/** Whose operations are guarded. */
export interface GuardOptions {
  /** Begins every message, such as `game speaker, phase adversary`. */
  readonly where: string;
  /** The tensors that the operations may be given besides their own results: the inputs of the step. */
  readonly inputs: Iterable<Tensor>;
}

/** TensorFlow's status for what is wrong with the call itself. */
const INVALID_ARGUMENT = '3';

/** Characters of a value that a message shows. */
const LONGEST_VALUE = 60;

type Operation = (...given: unknown[]) => unknown;

/** Operations of two tensors, of which the smaller one is repeated. */
const ELEMENTWISE: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div', 'equal']);
/** Operations whose vectors have a number for each channel of the first tensor. Engines that repeat what is too short would take others. */
const PER_CHANNEL: ReadonlySet<string> = new Set(['addBias', 'batchNormTrain']);

/**
 * The same operations, for a game that somebody else wrote: what goes wrong is named by where it happens, the operation and the shapes that
 * it was given, and tensors from elsewhere are refused.
 *
 * @returns operations that throw LetheError GAME_INVALID for shapes that do not fit, TRACE_FOREIGN_TENSOR for a tensor that is neither an
 * input nor a result of theirs: of another step, or of another copy of tfjs
 */
export function guardedOperations(operations: Operations, { where, inputs }: GuardOptions): Operations {
  const known = new WeakSet<Tensor>(inputs);
  const guarded = (name: string, operation: Operation): Operation => (...given) => {
    const tensors = tensorsIn(given);
    for (const tensor of tensors) if (!known.has(tensor)) throw foreign(where, name, tensor);
    const problem = problemOf(name, tensors);
    if (problem !== null) throw misfit(where, name, given, problem);
    const run = (): unknown => operation(...given);
    // What goes wrong in the function that `gradients` differentiates is said there.
    const result = name === 'gradients' ? run() : resultOf(run, (message) => misfit(where, name, given, message));
    for (const tensor of tensorsIn(result)) known.add(tensor);
    return result;
  };
  const all = Object.entries(operations as unknown as Readonly<Record<string, Operation>>);
  return Object.fromEntries(all.map(([name, operation]) => [name, guarded(name, operation)])) as unknown as Operations;
}

function resultOf(run: () => unknown, named: (message: string) => LetheError): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Error) || errorCode(error) !== undefined || isOfMachine(error)) throw error;
    throw named(error.message);
  }
}

/** Whether something failed for want of memory or the like, which another try or machine may mend; not for what was asked of it. */
export function isOfMachine(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const [, status = INVALID_ARGUMENT] = /^Invalid TF_Status: (\d+)/.exec(error.message) ?? [];
  return error instanceof RangeError || error.name === 'RuntimeError' || status !== INVALID_ARGUMENT;
}

/** Shapes that an engine would take, or might, and that are wrong all the same; null: none. */
function problemOf(name: string, [first, ...others]: readonly Tensor[]): string | null {
  if (first === undefined) return null;
  if (PER_CHANNEL.has(name)) {
    const channels = first.shape.at(-1) ?? 1;
    const isFitting = others.every(({ shape }) => shape.length === 1 && shape[0] === channels);
    return isFitting ? null : `expected vectors of ${channels} numbers, one for each channel`;
  }
  const [second] = others;
  if (second === undefined || !ELEMENTWISE.has(name)) return null;
  const [column, row] = first.rank > second.rank ? [first.shape, second.shape] : [second.shape, first.shape];
  const [count = 0, width] = column;
  const isTable = column.length === 2 && row.length === 1 && width === 1 && count > 1 && row[0] === count;
  return isTable ? `this would be a table of [${count}, ${count}]; give both the same shape by reshape` : null;
}

function misfit(where: string, name: string, given: readonly unknown[], message: string): LetheError {
  const text = message.replace(/^Invalid TF_Status: \d+\s*Message: /, '').replaceAll(/\s+/g, ' ').trim();
  return new LetheError('GAME_INVALID', `${where}: ${name} of ${shapesOf(given)}: ${text}`);
}

function foreign(where: string, name: string, { shape }: Tensor): LetheError {
  const remedy = 'A tensor is made by the operations, from what the function was given; a constant by operations.constant';
  return new LetheError(
    'TRACE_FOREIGN_TENSOR', `${where}: ${name} was given a tensor [${shape.join(', ')}] that is not from this step. ${remedy}`,
  );
}

/** What was given, with the shapes of tensors: `[30, 10] and [12, 3]`. */
function shapesOf(given: readonly unknown[]): string {
  const words = given.flatMap((value) => {
    const tensors = tensorsIn([value]);
    if (tensors.length > 0) return tensors.map(({ shape }) => `[${shape.join(', ')}]`);
    return [inspect(value, { breakLength: Infinity }).slice(0, LONGEST_VALUE)];
  });
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** The tensors among values, which may lie in lists and records. */
function tensorsIn(value: unknown): Tensor[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if (isTensor(value)) return [value];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(tensorsIn);
}

function isTensor(value: object): value is Tensor {
  return 'dataId' in value && 'shape' in value && 'dtype' in value;
}
