import type { DataImage } from '../formats/data-files.js';
import { invalidData } from '../invalid-data.js';
import { chooseAttribute, type Attribute, type CategoryAttribute } from '../model/attributes.js';
import type { ColumnDescription, ReadingNote, Split } from '../model/examples.js';
import { byCodeUnit } from '../name-order.js';
import { joinAttributes } from '../prepare/join-attributes.js';

/** Images of a data folder and what is known of them. */
export interface ListedImages {
  readonly images: readonly DataImage[];
  readonly attributes: readonly Attribute[];
  /** Names of the attributes that are the label and the domain; null: there is none. */
  readonly label: string | null;
  readonly domain: string | null;
  readonly splits: readonly Split[] | null;
  readonly group: CategoryAttribute | null;
  /** How each column of the list was read; none without a list. */
  readonly columns: readonly ColumnDescription[];
  readonly notes: readonly ReadingNote[];
}

/** The images in the order of their paths, whatever the order of the rows was. */
export function inOrderOfPaths(listed: ListedImages): ListedImages {
  const { images, attributes, splits, group } = listed;
  const order = Uint32Array.from(images.keys()).sort((a, b) => byCodeUnit(images[a]?.path ?? '', images[b]?.path ?? '') || a - b);
  const ordered = <Value>(values: readonly Value[]): Value[] => Array.from(order, (row) => values[row] as Value);
  return {
    ...listed,
    images: ordered(images),
    attributes: attributes.map((attribute) => chooseAttribute(attribute, order)),
    splits: splits === null ? null : ordered(splits),
    group: group === null ? null : chooseAttribute(group, order) as CategoryAttribute,
  };
}

/**
 * Images of several lists after each other.
 * @throws LetheError DATA_INVALID for an image that two of them name, and for lists that name their columns differently
 */
export function joinLists(lists: readonly ListedImages[]): ListedImages {
  const [first] = lists;
  if (first === undefined) throw new RangeError('at least one list');
  if (lists.length === 1) return first;
  for (const { label, domain, images } of lists) {
    if (label === first.label && domain === first.domain) continue;
    throw invalidData(images[0]?.where ?? '', 'the same columns in all lists', `${label ?? 'no label'} and ${domain ?? 'no domain'}`);
  }
  expectOnce(lists);
  const joined = (attributesOf: (list: ListedImages) => readonly Attribute[]): Attribute[] => (
    joinAttributes(lists.map((list) => ({ attributes: attributesOf(list), count: list.images.length })))
  );
  const [group] = joined((list) => (list.group === null ? [] : [list.group]));
  return {
    ...first,
    images: lists.flatMap(({ images }) => images),
    attributes: joined(({ attributes }) => attributes),
    splits: lists.flatMap(({ splits, images }) => splits ?? images.map((): Split => 'train')),
    group: group?.kind === 'category' ? group : null,
    notes: lists.flatMap(({ notes }) => notes),
  };
}

/** An image in two lists could be trained on and tested with. */
function expectOnce(lists: readonly ListedImages[]): void {
  const placeOf = new Map<string, string>();
  for (const { images } of lists) {
    for (const { path, where, fault } of images) {
      const before = placeOf.get(path);
      if (fault === null && before !== undefined) throw invalidData(where, 'every file once', `${path} as in ${before}`);
      if (fault === null) placeOf.set(path, where);
    }
  }
}
