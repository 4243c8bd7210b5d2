import { isMeasuredByRedrawing } from '@lethe/config';
import { isPicture, oneHot } from '@lethe/data';
import type { RunDescription } from '@lethe/graphs';
import { deployedDecoder, toldAttributes, type PlacedAttribute, type ToldAttribute } from '../deployed-functions.js';

/** A column of a picture of test examples, each in a row of its own. */
export interface GridColumn {
  /** Over all columns of an attribute: its name; empty: the column is of none. */
  readonly attribute: string;
  readonly caption: string;
  /** The image as it is, redrawn as it is, or redrawn with another value of one attribute. */
  readonly shows: 'original' | 'reconstruction' | ShownValue;
}

/** What the decoder is told of one attribute, whatever the example has. */
export interface ShownValue {
  /** The input of a batch that has the attribute. */
  readonly input: string;
  /** [categories]. */
  readonly row: Float32Array;
}

/** A walk from one value to another: the numbers told of the two values are 1 - a and a, with a from 1 - before to after. */
export interface Walk {
  readonly before: number;
  readonly after: number;
  /** How many places, at equal distances. */
  readonly steps: number;
}

/** Of the pictures of a run: through both values and as far beyond each. */
const WALK: Walk = { before: 2, after: 2, steps: 7 };
/** More columns of an attribute could not be told apart. */
const MOST_VALUES = 10;

/**
 * The columns of the picture that a run ends with. Of a run that forgets the label alone, which has more than two values: the label, each
 * of its values. Of any other: the image, its reconstruction, and for each attribute that the decoder is told a walk through its two
 * values and beyond; of one with more values these. Null: the game redraws no pictures.
 */
export function gridColumns(description: Pick<RunDescription, 'objective' | 'facts' | 'config'>): GridColumn[] | null {
  const { facts: { shape }, objective, config } = description;
  const told = toldAttributes(description);
  if (deployedDecoder(description) === null || !isPicture(shape) || told.length === 0) return null;
  const [only] = told;
  if (objective.redraw !== null && only !== undefined && (isMeasuredByRedrawing(config) || only.categories.length > 2)) return values(only);
  return [
    { attribute: '', caption: 'original', shows: 'original' },
    { attribute: '', caption: 'rebuilt', shows: 'reconstruction' },
    ...told.flatMap((attribute) => (attribute.categories.length === 2 ? walk(attribute) : values(attribute).slice(0, MOST_VALUES))),
  ];
}

function values({ name, input, categories }: PlacedAttribute): GridColumn[] {
  const { length } = categories;
  return categories.map((caption, value) => ({ attribute: name, caption, shows: { input, row: oneHot([value], length) } }));
}

function walk(attribute: PlacedAttribute): GridColumn[] {
  const [from = '', to = ''] = attribute.categories;
  return placesOf(WALK).map((place) => ({
    attribute: attribute.name, caption: place === 0 ? from : place === 1 ? to : shownPlace(place),
    shows: { input: attribute.input, row: rowBetween(attribute, { from: 0, to: 1, place }) },
  }));
}

/** The places of a walk: 0 is at the value that it begins with, 1 at the other one. */
export function placesOf({ before, after, steps }: Walk): number[] {
  const [first, last] = [1 - before, after];
  // Rounded, so that places that mean a value are those of the value.
  return Array.from({ length: steps }, (_, step) => Number((first + (step * (last - first)) / (steps - 1)).toFixed(6)));
}

/** A place between two values, given by their numbers, or beyond them. */
export interface Between { readonly from: number; readonly to: number; readonly place: number }

/** What a decoder is told of an attribute there: 1 - place of one value, place of the other one. */
export function rowBetween({ categories: { length } }: ToldAttribute, { from, to, place }: Between): Float32Array {
  const row = new Float32Array(length);
  row[from] = 1 - place;
  row[to] = (row[to] ?? 0) + place;
  return row;
}

/** "-0.5". */
export function shownPlace(place: number): string {
  return String(Number(place.toFixed(2)));
}
