import { LetheError } from '@lethe/errors';

/** Says what is wrong with what a reader gives: every message begins with its name. */
export class OwnPlace {
  /** @param reader its name, as its module has it */
  constructor(readonly reader: string) {}

  /** @param what the part of the reader's result, such as "attributes.sex" */
  refusal(what: string, expected: string, found: unknown): LetheError {
    const where = `the reader ${this.reader}, ${what}`;
    const text = shownValue(found);
    return new LetheError('DATA_INVALID', `${where}: expected ${expected}, found ${text}`, { details: { where, expected, found: text } });
  }
}

const LONGEST = 60;

/** A value of a user's program in a few words. */
function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return cut(JSON.stringify(value));
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  if (value instanceof Promise) return 'a promise that was not awaited';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${'length' in value ? String(value.length) : value.byteLength}`;
  return typeof value === 'object' ? `an object of ${Object.keys(value).join(', ') || 'nothing'}` : typeof value;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
