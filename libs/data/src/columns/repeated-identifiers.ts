import { MISSING, type Attribute, type NumberAttribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import { flagValue } from './flag-value.js';

/** Names of columns that say who or what an example is from. */
const OWNERS = [
  'patient', 'subject', 'person', 'participant', 'user', 'customer', 'client', 'animal', 'donor', 'case', 'speaker', 'writer', 'author',
  'identity', 'family', 'household', 'session', 'recording', 'video', 'device', 'id',
].join('|');
const IDENTIFIER = new RegExp(`(?:^|[_ .-])(?:${OWNERS})(?:[_ .-]?(?:id|no|nr|num|number|name|code))?$`, 'i');
const FEWEST_DIFFERENT = 5;
const MOST_REPEATS = 50;
/** Share of the known rows whose value comes again. */
const REPEATED = 0.1;

/**
 * Warnings about columns like `patient` whose values come again: without groups, one patient's examples lie on both sides of a split.
 * Call it where no group column is given.
 */
export function repeatedIdentifiers(attributes: readonly Attribute[]): ReadingNote[] {
  return attributes.filter(({ name }) => isIdentifierName(name)).flatMap((attribute): ReadingNote[] => {
    const counts = new Map<number, number>();
    for (const value of attribute.values) {
      if (Number.isNaN(value) || (attribute.kind === 'category' && value === MISSING)) continue;
      if (!Number.isInteger(value)) return [];
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const repeated = [...counts.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
    if (counts.size < FEWEST_DIFFERENT || known / counts.size > MOST_REPEATS || repeated < REPEATED * known) return [];
    const { name } = attribute;
    const text = `column ${name} has ${counts.size.toLocaleString('en-US')} values in ${known.toLocaleString('en-US')} rows: `
      + `if rows of one ${name} belong together, --group-column ${flagValue(name)} keeps them on one side of every split`;
    return [{ kind: 'warning', text }];
  });
}

/** Whether a column is called like one that says who or what an example is from. */
function isIdentifierName(name: string): boolean {
  return IDENTIFIER.test(splitWords(name));
}

/** Whether numbers are identifiers by their column's name, as no two rows have the same. */
export function areIdentifiers({ name, values }: NumberAttribute): boolean {
  if (!isIdentifierName(name) || values.length < FEWEST_DIFFERENT || !values.every(Number.isInteger)) return false;
  return new Set(values).size === values.length;
}

/** patientId as patient_Id. */
function splitWords(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1_$2');
}
