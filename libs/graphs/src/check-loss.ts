import { placeInLoadedCode } from '@lethe/code';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import type { Phase, PhaseLoss } from '@lethe/objectives';
import { isOfMachine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';

/**
 * Runs what a game declares: a loss, or a figure. Where its user's source is known, messages end with the line in it.
 * @param where begins every message, such as `game speaker, phase adversary`
 * @throws LetheError GAME_INVALID for whatever it throws that is no LetheError yet, and no failure of the machine
 */
export function runOfGame<Result>(where: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const [code, place] = [errorCode(error), placeInLoadedCode(error)];
    const isNamed = code !== undefined && (code !== 'GAME_INVALID' || errorMessage(error).startsWith('game '));
    // Code that recurses without end or makes a list of -1 numbers fails alike on every machine.
    const isOfCode = place !== null && error instanceof RangeError && !/alloc|memory/i.test(error.message);
    if ((isOfMachine(error) && !isOfCode) || (isNamed && place === null)) throw error;
    const beginning = isNamed ? '' : `${where}${code === undefined ? ' fails' : ''}: `;
    const ending = place === null ? '' : ` (${place})`;
    throw new LetheError(code ?? 'GAME_INVALID', `${beginning}${errorMessage(error)}${ending}`, { details: { thrown: error } });
  }
}

/** Refuses what a phase's loss returned, if it is not what the phase declares. @throws LetheError GAME_INVALID */
export function checkLoss(where: string, { losses }: Phase, returned: PhaseLoss): void {
  const found: unknown = returned;
  const expected = '{ minimised, reported }';
  if (found instanceof Promise) throw invalid(where, `expected the loss to return ${expected}, found a promise; it cannot be async`);
  if (typeof found !== 'object' || found === null || !('minimised' in found)) {
    throw invalid(where, `expected the loss to return ${expected}, found ${found === null ? 'null' : typeof found}`);
  }
  const { minimised, reported = {} } = returned as Partial<PhaseLoss>;
  checkNumber(where, 'what is minimised', minimised);
  const names = Object.keys(reported);
  const missing = losses.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !losses.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    throw invalid(where, `expected ${listed(losses)} to be reported, as the phase declares, found ${listed(names)}`);
  }
  for (const name of losses) checkNumber(where, name, reported[name]);
}

/** Refuses a loss that does not depend on all that its phase trains. @param names of the tensors that it does not depend on */
export function checkReached(where: string, { trains }: Phase, names: readonly string[]): void {
  if (names.length === 0) return;
  const those = names.length === 1 ? 'which is' : 'which are';
  const remedy = 'use them in what is minimised, or train their network in a group of its own';
  throw invalid(where, `the loss does not depend on ${listed(names)}, ${those} of the group ${trains} that the phase trains; ${remedy}`);
}

/** A number is a tensor of one element. */
function checkNumber(where: string, name: string, value: Tensor | undefined): void {
  const found: unknown = value;
  if (typeof found !== 'object' || found === null || !('shape' in found) || !('size' in found)) {
    throw invalid(where, `expected ${name} to be a tensor of one number, found ${found === null ? 'null' : typeof found}`);
  }
  const { shape, size } = found as Tensor;
  if (size === 1) return;
  throw invalid(where, `expected ${name} to be one number, found a tensor [${shape.join(', ')}]; its mean over the examples is one`);
}

function listed(names: readonly string[]): string {
  return names.join(', ') || 'nothing';
}

function invalid(where: string, what: string): LetheError {
  return new LetheError('GAME_INVALID', `${where}: ${what}`);
}
