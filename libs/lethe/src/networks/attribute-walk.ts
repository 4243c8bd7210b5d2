import { LetheError } from '@lethe/errors';
import { placesOf, rowBetween, shownPlace, type PlacedAttribute, type Walk } from '@lethe/evaluation';
import type { ToldInput } from './loaded-networks.js';
import { valueIndex, valuesInWords } from './told-values.js';

/** Each place has a folder of pictures. */
const MOST_STEPS = 100;

/** A walk of an attribute from one value to another and beyond both, as it was typed. */
export interface AttributeWalk extends Walk {
  readonly attribute: string;
  /** A value by its name or its number. Null: of two values the first one. */
  readonly from: string | null;
  /** The same; null: the second one. */
  readonly to: string | null;
}

/** A place of a walk. */
export interface WalkPlace {
  /** "no", "0.5", "yes", "1.5". */
  readonly caption: string;
  /** What the decoder is told of the attribute there, of all examples. */
  readonly told: ToldInput;
}

export interface ReadWalk {
  readonly attribute: PlacedAttribute;
  readonly places: readonly WalkPlace[];
}

/**
 * @throws LetheError CONFIG_INVALID naming the attributes and the values that there are, and for fewer places than two, or ends that are no
 * numbers
 */
export function readWalk(told: readonly PlacedAttribute[], walk: AttributeWalk): ReadWalk {
  checkPlaces(walk);
  const attribute = told.find(({ name }) => name === walk.attribute);
  if (attribute === undefined) {
    const expected = `an attribute that the decoder is told (${told.map(({ name }) => name).join(', ') || 'it is told none'})`;
    throw new LetheError('CONFIG_INVALID', `--attribute: expected ${expected}, found ${walk.attribute}`);
  }
  const [from, to] = [endOf(attribute, '--from', walk.from, 0), endOf(attribute, '--to', walk.to, 1)];
  const { categories } = attribute;
  if (from === to) throw new LetheError('CONFIG_INVALID', `--to: expected another value than --from, found ${categories[to] ?? ''}`);
  return {
    attribute,
    places: placesOf(walk).map((place) => ({
      caption: place === 0 ? categories[from] ?? '' : place === 1 ? categories[to] ?? '' : shownPlace(place),
      told: { rows: rowBetween(attribute, { from, to, place }), length: categories.length },
    })),
  };
}

function checkPlaces({ before, after, steps }: AttributeWalk): void {
  if (!Number.isSafeInteger(steps) || steps < 2 || steps > MOST_STEPS) {
    throw new LetheError('CONFIG_INVALID', `--steps: expected a whole number from 2 to ${MOST_STEPS}, found ${String(steps)}`);
  }
  for (const end of [before, after]) {
    if (Number.isFinite(end) && end >= 1) continue;
    throw new LetheError('CONFIG_INVALID', `--alpha: expected how far a walk goes, numbers from 1 on, found ${String(end)}`);
  }
}

function endOf(attribute: PlacedAttribute, where: string, typed: string | null, usual: number): number {
  if (typed !== null) return valueIndex(attribute, typed, where);
  if (attribute.categories.length === 2) return usual;
  throw new LetheError('CONFIG_INVALID', `${where}: expected ${valuesInWords(attribute)} or its number, from 0, found nothing`);
}
