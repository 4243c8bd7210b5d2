import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';

/** Categories that are named. */
const NAMED = 5;
/** Share of the commonest from which on they are. */
const LEAST_NAMED = 0.02;

/** What is in an attribute: "mean 54.4, 29 to 77" or "a 60 %, b 40 %". @param parts the same attribute of several parts of the data */
export function summariseAttribute(parts: readonly Attribute[]): string {
  const [first] = parts;
  if (first === undefined) return '';
  const alike = <Kind extends Attribute>(kind: Attribute['kind']): Kind[] => parts.filter((part) => part.kind === kind) as Kind[];
  return first.kind === 'number' ? ofNumbers(alike<NumberAttribute>('number')) : ofCategories(alike<CategoryAttribute>('category'));
}

function ofNumbers(parts: readonly NumberAttribute[]): string {
  let [sum, known, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of parts) {
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      sum += value;
      known += 1;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return known === 0 ? '' : `mean ${short(sum / known)}, ${short(least)} to ${short(most)}`;
}

function ofCategories(parts: readonly CategoryAttribute[]): string {
  const byName = new Map<string, number>();
  let known = 0;
  for (const { categories, values } of parts) {
    const counts = new Uint32Array(categories.length);
    for (const value of values) if (value !== MISSING) counts[value] = (counts[value] as number) + 1;
    for (const [index, count] of counts.entries()) {
      const name = categories[index] as string;
      byName.set(name, (byName.get(name) ?? 0) + count);
      known += count;
    }
  }
  const found = [...byName].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  const [commonest] = found;
  // Of very many values none is worth naming.
  if (commonest === undefined || (commonest[1] < LEAST_NAMED * known && found.length > NAMED)) return '';
  const named = found.slice(0, NAMED).map(([name, count]) => `${name} ${percent(count, known)}`).join(', ');
  return found.length > NAMED ? `most often ${named}` : named;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** "60.0 %". */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}
