import { MISSING, type Attribute, type CategoryAttribute } from '../model/attributes.js';

/**
 * Attributes of several parts after each other. One that a part does not have, or has as another kind, is missing there.
 * @param parts the attributes of each part and how many examples it has
 */
export function joinAttributes(parts: readonly { readonly attributes: readonly Attribute[]; readonly count: number }[]): Attribute[] {
  const kinds = new Map<string, Attribute['kind']>();
  for (const { attributes } of parts) for (const { name, kind } of attributes) if (!kinds.has(name)) kinds.set(name, kind);
  return [...kinds].map(([name, kind]) => {
    const found = parts.map(({ attributes, count }) => (
      { attribute: attributes.find((own) => own.name === name && own.kind === kind), count }
    ));
    return kind === 'number' ? joinNumbers(name, found) : joinCategories(name, found);
  });
}

type Found = readonly { readonly attribute: Attribute | undefined; readonly count: number }[];

function joinNumbers(name: string, found: Found): Attribute {
  const values = new Float64Array(total(found)).fill(Number.NaN);
  let start = 0;
  for (const { attribute, count } of found) {
    if (attribute !== undefined) values.set(attribute.values, start);
    start += count;
  }
  return { kind: 'number', name, values };
}

/** The names of the first part come first. */
function joinCategories(name: string, found: Found): CategoryAttribute {
  const indexOf = new Map<string, number>();
  // Parts of one table have the same categories: of very many domains, each part has the names of all.
  const known = new Map<readonly string[], Uint32Array>();
  const values = new Uint32Array(total(found)).fill(MISSING);
  let start = 0;
  for (const { attribute, count } of found) {
    if (attribute?.kind === 'category') {
      const { categories } = attribute;
      const places = known.get(categories) ?? Uint32Array.from(categories, (category) => {
        const place = indexOf.get(category) ?? indexOf.size;
        indexOf.set(category, place);
        return place;
      });
      known.set(categories, places);
      for (let row = 0; row < count; row += 1) {
        const value = attribute.values[row] as number;
        if (value !== MISSING) values[start + row] = places[value] as number;
      }
    }
    start += count;
  }
  return { kind: 'category', name, categories: [...indexOf.keys()], values };
}

function total(found: Found): number {
  return found.reduce((sum, { count }) => sum + count, 0);
}
