import type { ReadingConfig } from '@lethe/config';

/** How numbers are written. */
export type NumberFormat = Pick<ReadingConfig, 'decimal' | 'thousands'>;

/** The largest number that float32 holds. */
export const MOST_FLOAT32 = 3.4028234663852886e38;

const INFINITE = /^[+-]?inf(inity)?$/i;
const patterns = new Map<string, RegExp>();

/** The number that a cell is: infinite where float64 cannot hold it; null if it is none. */
export function parseNumber(word: string, format: NumberFormat): number | null {
  if (!patternOf(format).test(word)) return null;
  const { decimal, thousands } = format;
  const joined = thousands === '' ? word : word.replaceAll(thousands, '');
  return Number(decimal === '.' ? joined : joined.replace(decimal, '.'));
}

/** Whether a cell says infinity, which stands where a number was expected. */
export function isInfinity(word: string): boolean {
  return INFINITE.test(word);
}

/**
 * One spelling for 1, 1.0 and +1, since files differ in how they write a number. Digits that float64 cannot hold stay: they are names,
 * if not by the earlier rules.
 */
export function canonicalNumber(word: string, format: NumberFormat & Pick<ReadingConfig, 'rules'>): string {
  const value = parseNumber(word, format);
  if (value === null) return word;
  const isHeld = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return isHeld || format.rules === 1 ? String(value) : word;
}

function patternOf({ decimal, thousands }: NumberFormat): RegExp {
  const key = decimal + thousands;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const [mark, separator] = [escape(decimal), escape(thousands)];
  const whole = thousands === '' ? String.raw`\d+` : String.raw`(?:\d{1,3}(?:${separator}\d{3})+|\d+)`;
  const pattern = new RegExp(String.raw`^[+-]?(?:${whole}(?:${mark}\d*)?|${mark}\d+)(?:e[+-]?\d+)?$`, 'i');
  patterns.set(key, pattern);
  return pattern;
}

function escape(mark: string): string {
  return mark === '.' ? String.raw`\.` : mark;
}

/** Ways in which people write numbers that are not the one that is read. */
const OTHER_FORMATS: readonly { readonly format: NumberFormat; readonly flags: string }[] = [
  { format: { decimal: ',', thousands: '' }, flags: '--decimal ,' },
  { format: { decimal: '.', thousands: '' }, flags: '--decimal .' },
  { format: { decimal: ',', thousands: '.' }, flags: '--decimal , --thousands .' },
  { format: { decimal: '.', thousands: ',' }, flags: '--decimal . --thousands ,' },
  { format: { decimal: ',', thousands: ' ' }, flags: "--decimal , --thousands ' '" },
  { format: { decimal: '.', thousands: ' ' }, flags: "--decimal . --thousands ' '" },
  { format: { decimal: '.', thousands: "'" }, flags: `--decimal . --thousands "'"` },
];

/** The flags by which all of these words would be numbers, perhaps two ways; null: there are none. */
export function otherNumberFormat(words: readonly string[]): string | null {
  const fitting = OTHER_FORMATS.filter(({ format }) => {
    const isUsed = format.thousands === '' || words.some((word) => word.includes(format.thousands));
    return isUsed && words.every((word) => parseNumber(word, format) !== null);
  });
  return words.length === 0 || fitting.length === 0 ? null : fitting.map(({ flags }) => flags).join(' or ');
}
