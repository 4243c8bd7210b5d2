import type { ParquetParsers, SchemaElement } from 'hyparquet';

const DAY_MS = 86_400_000;
const UTF8 = new TextDecoder();

/** How values become text: times as ISO has them, none of their digits lost. */
export const TEXT_PARSERS: Partial<ParquetParsers> = {
  dateFromDays: (days) => isoDate(days),
  timestampFromMilliseconds: (value) => isoTime(value, 3),
  timestampFromMicroseconds: (value) => isoTime(value, 6),
  timestampFromNanoseconds: (value) => isoTime(value, 9),
  // Text of another kind stays as it is.
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes === undefined ? undefined : UTF8.decode(bytes),
};

/**
 * The text of a cell; empty where there is no value. Whole numbers of any size are exact.
 * @param decimal the mark before decimals that the cells of all tables are read with
 */
export function parquetCell(value: unknown, decimal: string): string {
  switch (typeof value) {
    case 'string': return value;
    case 'number': return decimal === '.' ? String(value) : String(value).replace('.', decimal);
    case 'bigint': case 'boolean': return String(value);
    default: return '';
  }
}

/** Whether values of this kind become text: lists, records and bytes do not. */
export function isReadable(element: SchemaElement): boolean {
  if (element.type === undefined || element.repetition_type === 'REPEATED') return false;
  const { converted_type: converted, logical_type: logical } = element;
  if (converted === 'BSON' || converted === 'INTERVAL') return false;
  if (logical !== undefined && ['GEOMETRY', 'GEOGRAPHY', 'VARIANT', 'FILE', 'INTERVAL'].includes(logical.type)) return false;
  if (element.type !== 'FIXED_LEN_BYTE_ARRAY') return true;
  return converted === 'DECIMAL' || logical?.type === 'UUID' || logical?.type === 'FLOAT16';
}

function isoDate(days: number): string | undefined {
  return typeof days === 'number' ? isoOf(days * DAY_MS)?.slice(0, 10) : undefined;
}

/** @param digits of a second behind the decimal point: 3, 6 or 9 */
function isoTime(value: bigint | number | undefined, digits: number): string | undefined {
  if (value === undefined) return undefined;
  const units = BigInt(value);
  const perMillisecond = 10n ** BigInt(digits - 3);
  const rest = ((units % perMillisecond) + perMillisecond) % perMillisecond;
  const text = isoOf(Number((units - rest) / perMillisecond));
  if (text === undefined) return String(units);
  return rest === 0n ? text : text.replace('Z', `${String(rest).padStart(digits - 3, '0')}Z`);
}

/** Undefined beyond the years that ISO's notation has here. */
function isoOf(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
