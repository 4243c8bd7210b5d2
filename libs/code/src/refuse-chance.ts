import { LetheError } from '@lethe/errors';
import { checkChanceAndClocks, checkImportedChance } from './chance-and-clocks.js';
import type { OwnCode } from './own-code.js';
import { codeFolderPrefix, placeInModule } from './place-in-code.js';

type GameText = Pick<OwnCode, 'sha256' | 'text'>;

/** Games that were evaluated here, by how a stack names them: what they kept of a checked function is refused later too. */
const games = new Map<string, GameText>();
/** How many evaluate or play at this moment, and what takes the checks away when none does. */
let playing = 0;
let restore: () => void = () => undefined;
let areImportsChecked = false;

/**
 * From now on a game gets no random numbers of JavaScript and no time: it is evaluated and played in every process of a run, and each
 * would get others. Only calls with the game in their stack are refused: other code of this process goes on meanwhile.
 * @returns ends it
 */
export function refuseChance(game: GameText): () => void {
  games.set(codeFolderPrefix(game.sha256), game);
  if (playing === 0) restore = checkChanceAndClocks(refuseCallOfGame);
  if (!areImportsChecked) checkImportedChance(refuseCallOfGame); // also for what imports by name what is checked now
  areImportsChecked = true;
  playing += 1;
  return () => {
    playing -= 1;
    if (playing === 0) restore();
  };
}

/** @throws LetheError TRACE_RANDOMNESS, with the place in the user's source, if a game is in the stack of this call */
function refuseCallOfGame(source: string, kind: 'chance' | 'clock'): void {
  const here = wholeStack();
  const game = [...games].find(([name]) => here.stack?.includes(name))?.[1];
  if (game === undefined) return;
  const place = placeInModule(here, game);
  const where = place === null ? '' : ` at ${place}`;
  const remedy = kind === 'chance'
    ? 'Make it a constant or a setting; in a loss, the operations dropout and normal draw numbers that all processes share'
    : 'Make it a constant or a setting; what changes from round to round is a scalar';
  throw new LetheError(
    'TRACE_RANDOMNESS',
    `the game used ${source}${where}: every process of a run evaluates the game, and each would get another value. ${remedy}`,
  );
}

/** An error whose stack has all lines, however deep the call is. */
function wholeStack(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  try {
    return new Error('a call of a random number or a clock');
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
