import type { ImageShape } from '../model/inputs.js';
import { shapeInWords } from '../model/inputs.js';
import { sumOf } from './count-parts.js';
import type { DataReport, DomainCounts, PartCounts } from './data-report.js';
import { percent } from './summarise-attribute.js';

/** Rows of a list before the rest is counted. */
const MOST_LISTED = 20;
/** File and label need no line. */
const FEWEST_COLUMNS = 3;
/** Columns that are listed whole, since each says something else. */
const MOST_COLUMNS = 100;
/** Letters of a name beside which the others are moved. */
const MOST_WIDTH = 40;
/** Classes of a domain that are named. */
const MOST_CLASSES = 5;

/** Everything that the report says, warnings first. */
export function reportLines(report: DataReport): string[] {
  return [
    ...noteLines(report, 'warning'),
    ...findingLines(report),
    ...noteLines(report, 'notice'),
    examplesLine(report),
    inputsLine(report),
    ...columnLines(report, MOST_COLUMNS),
    ...classLines(report),
    ...domainLines(report),
    ...associationLines(report),
    ...sameInputsLine(report),
  ];
}

/** What is said at the beginning of a run, beside the notes on reading: columns if there are few, the classes in a line, warnings. */
export function shortReportLines(report: DataReport): string[] {
  const { classes, columns } = report;
  const counted = classes.map((one) => `${one.name} ${inWords(sumOf(one))}`);
  return [
    ...(columns.length >= FEWEST_COLUMNS && columns.length <= MOST_LISTED ? columnLines(report, MOST_LISTED) : []),
    ...(classes.length === 0 ? [] : [`classes: ${listed(counted).join(', ')}`]),
    ...findingLines(report),
  ];
}

function findingLines({ findings }: DataReport): string[] {
  return findings.map((text) => `warning: ${text}`);
}

function noteLines({ notes }: DataReport, wanted: 'notice' | 'warning'): string[] {
  return notes.filter(({ kind }) => kind === wanted).map(({ text }) => `${wanted === 'notice' ? 'note' : 'warning'}: ${text}`);
}

function examplesLine({ total, hasHeldOut }: DataReport): string {
  const parts = partsOf(total, hasHeldOut);
  return `examples: ${inWords(sumOf(total))}${total.test === 0 ? '' : `, ${parts.join(', ')}`}`;
}

function partsOf(counts: PartCounts, hasHeldOut: boolean): string[] {
  const heldOut = hasHeldOut ? [`${inWords(counts.heldOut)} held out`] : [];
  return [`${inWords(counts.train)} to train`, ...heldOut, `${inWords(counts.test)} to test`];
}

function inputsLine({ shape, values, kept, memoryMiB }: DataReport): string {
  return `inputs: ${inputsInWords(shape, values)}, ${kept} (at most ${inWords(memoryMiB)} MiB in a process: --data-memory-mib)`;
}

function inputsInWords(shape: ImageShape, values: DataReport['values']): string {
  const { height, width, channels } = shape;
  if (values !== 'floats' || height * width > 1) return shapeInWords(shape);
  return channels === 1 ? 'a number each' : `${inWords(channels)} numbers each`;
}

function columnLines({ columns }: DataReport, most: number): string[] {
  if (columns.length === 0) return [];
  const width = Math.min(MOST_WIDTH, widest(columns.slice(0, most).map(({ name }) => name)));
  return ['columns:', ...listed(columns.map(({ name, description }) => `${name.padEnd(width)}  ${description}`), most).map(indented)];
}

function classLines({ classes, classNames, total, hasHeldOut }: DataReport): string[] {
  if (classNames.length === 0) return ['no example has a label'];
  const parts = (['train', ...(hasHeldOut ? ['heldOut' as const] : []), 'test'] as const).filter((part) => total[part] > 0);
  const titles = { train: 'train', heldOut: 'held out', test: 'test' };
  const rows = classes.slice(0, MOST_LISTED).map((one) => (
    [one.name, ...parts.flatMap((part) => [inWords(one[part]), percent(one[part], total[part])])]
  ));
  return [
    `classes (${parts.map((part) => titles[part]).join(', ')}):`,
    ...alignedRows(rows).map(indented),
    ...(classes.length > MOST_LISTED ? [indented(`and ${inWords(classes.length - MOST_LISTED)} more`)] : []),
  ];
}

function domainLines({ domains, classNames, hasHeldOut }: DataReport): string[] {
  if (domains.length === 0) return [];
  const rows = domains.slice(0, MOST_LISTED).map((one) => [one.name, ...partsOf(one, hasHeldOut), classShares(one, classNames)]);
  return [
    'domains:', ...alignedRows(rows).map(indented),
    ...(domains.length > MOST_LISTED ? [indented(`and ${inWords(domains.length - MOST_LISTED)} more`)] : []),
  ];
}

function classShares({ classes }: DomainCounts, names: readonly string[]): string {
  const sum = classes.reduce((total, count) => total + count, 0);
  if (sum === 0) return 'no labels';
  const shares = classes.map((count, index) => `${names[index] ?? ''} ${percent(count, sum)}`);
  return listed(shares, MOST_CLASSES).join(', ');
}

function associationLines({ associations, countedRows }: DataReport): string[] {
  if (associations.length === 0) return [];
  const rows = associations.map(({ from, of, share }) => [from, 'tells', percent(share, 1), `of ${of}`]);
  return [`what one column alone tells of another (${inWords(countedRows)} rows counted):`, ...alignedRows(rows).map(indented)];
}

function sameInputsLine({ duplicates, total }: DataReport): string[] {
  return total.test > 0 && duplicates.tests === 0 ? ['no test example has the inputs of a training example'] : [];
}

/** The first columns are filled up with spaces; numbers are moved to the right. */
function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => widest(rows.map((row) => row[column] ?? '')));
  return rows.map((row) => row.map((cell, column) => {
    const width = widths[column] ?? 0;
    return /^[\d,.]+( %)?$/.test(cell) && column > 0 ? cell.padStart(width) : cell.padEnd(width);
  }).join('  ').trimEnd());
}

function listed(texts: readonly string[], most = MOST_LISTED): string[] {
  return texts.length <= most ? [...texts] : [...texts.slice(0, most), `and ${inWords(texts.length - most)} more`];
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function indented(text: string): string {
  return `  ${text}`;
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}
