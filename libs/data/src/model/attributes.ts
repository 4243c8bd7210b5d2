/** A property of examples that has a name: a column of a table or of a list of images. The label and the domain are two of them. */
export type Attribute = CategoryAttribute | NumberAttribute;

/** One of several names for each example. */
export interface CategoryAttribute {
  readonly kind: 'category';
  readonly name: string;
  readonly categories: readonly string[];
  /** Of each example: index into the categories, or MISSING. */
  readonly values: Uint32Array;
}

/** A number for each example. */
export interface NumberAttribute {
  readonly kind: 'number';
  readonly name: string;
  /** NaN: missing. Never infinite. */
  readonly values: Float64Array;
}

/** The index of a category that is not known. */
export const MISSING = 0xffff_ffff;

/** The attribute of some of the examples, in the order of `rows`. */
export function chooseAttribute(attribute: Attribute, rows: Uint32Array): Attribute {
  if (attribute.kind === 'number') return { ...attribute, values: chosen(attribute.values, rows, new Float64Array(rows.length)) };
  return { ...attribute, values: chosen(attribute.values, rows, new Uint32Array(rows.length)) };
}

/** Loops, as there may be millions of rows: `from` with a function takes ten times as long. */
function chosen<Values extends Float64Array | Uint32Array>(all: Values, rows: Uint32Array, target: Values): Values {
  for (let index = 0; index < rows.length; index += 1) target[index] = all[rows[index] as number] as number;
  return target;
}

/** An attribute of the names of examples, in the order in which they first come. @param cells null: missing */
export function categoryAttribute(name: string, cells: readonly (string | null)[]): CategoryAttribute {
  const indexOf = new Map<string, number>();
  const values = Uint32Array.from(cells, (cell) => {
    if (cell === null) return MISSING;
    const index = indexOf.get(cell) ?? indexOf.size;
    indexOf.set(cell, index);
    return index;
  });
  return { kind: 'category', name, categories: [...indexOf.keys()], values };
}
