import { LetheError } from '@lethe/errors';
import type { ForgottenAttribute, GameFacts, KeptAttribute } from '../game-facts.js';

/** An attribute of the examples, as a game sees it. */
export interface AttributeOfGame {
  /** As `--keep` and `--forget` name it. */
  readonly name: string;
  /** What is forgotten is always a category: a number is cut into ten parts. */
  readonly kind: 'category' | 'number';
  /** Numbers with which a network answers for it: one for each category, one for a number. */
  readonly size: number;
  /** Of a category; of a number none. */
  readonly categories: readonly string[];
  /** Training examples without a value. */
  readonly missing: number;
}

/** What a game may know of a run besides its settings. */
export interface FactsOfGame {
  /** Of one example: [numbers] of a row, [length, channels] of a signal, [height, width, channels] of an image. */
  readonly inputShape: readonly number[];
  /** What the features are to keep (`--keep`), in that order. */
  readonly kept: readonly AttributeOfGame[];
  /** What they are to forget (`--forget`); of several, their combination comes last ("sex x race"). */
  readonly forgotten: readonly AttributeOfGame[];
  /** The label of the data, whether it is kept, forgotten or neither. */
  readonly label: AttributeOfGame;
  /** Rounds of the whole run. */
  readonly rounds: number;
  /**
   * The kept or forgotten attribute of that name, or the label.
   * @throws LetheError GAME_INVALID naming those that there are
   */
  attribute(name: string): AttributeOfGame;
}

/** The facts of a run as a game sees them. @param game its name, for messages */
export function factsOfGame(game: string, facts: GameFacts): FactsOfGame {
  const kept = facts.kept.map(keptOf);
  const forgotten = facts.forgotten.map(forgottenOf);
  const known = facts.kept.find(({ isLabel }) => isLabel) ?? facts.forgotten.find(({ isLabel }) => isLabel);
  const label: AttributeOfGame = {
    name: known?.name ?? LABEL, kind: 'category', size: facts.classNames.length, categories: facts.classNames, missing: known?.missing ?? 0,
  };
  return {
    inputShape: inputShapeOf(facts),
    kept,
    forgotten,
    label,
    rounds: facts.totalRounds,
    attribute: (name) => {
      const found = [...kept, ...forgotten].find((attribute) => attribute.name === name);
      if (found !== undefined) return found;
      if (name === LABEL) return label;
      throw unknownAttribute(game, name, facts);
    },
  };
}

/** Names the label, whatever its column is called. */
export const LABEL = 'label';

/** A game that asks for an attribute which the run neither keeps nor forgets. */
export function unknownAttribute(game: string, name: string, { kept, forgotten }: GameFacts): LetheError {
  const known = [...kept.map((one) => `${one.name} (kept)`), ...forgotten.map((one) => `${one.name} (forgotten)`), LABEL].join(', ');
  const way = `--keep ${name} or --forget ${name} gives it to the game`;
  return new LetheError('GAME_INVALID', `game ${game}: expected an attribute among ${known}, found ${name}; ${way}`);
}

/** Of one example, without the sides that a row or a signal does not have. */
function inputShapeOf({ height, width, channels }: GameFacts): readonly number[] {
  if (width > 1) return [height, width, channels];
  return height > 1 ? [height, channels] : [channels];
}

function keptOf(attribute: KeptAttribute): AttributeOfGame {
  const { name, kind, missing } = attribute;
  const categories = attribute.kind === 'category' ? attribute.categories : [];
  return { name, kind, size: kind === 'category' ? categories.length : 1, categories, missing };
}

function forgottenOf({ name, categories, missing }: ForgottenAttribute): AttributeOfGame {
  return { name, kind: 'category', size: categories.length, categories, missing };
}
