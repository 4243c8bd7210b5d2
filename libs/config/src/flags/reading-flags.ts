import type { ConfigFlag } from './config-flag.js';
import { COLOUR, COLUMN, COLUMNS, COUNT, mark, OPTIONAL_SHARE, DATA_FILE } from './flag-values.js';

/** Share of inputs that --skip-bad leaves out at most unless another is said. */
const SKIPPED = 0.1;

const columnFlag = (name: string, path: string, help: string, otherwise: string): ConfigFlag => (
  { name, value: COLUMN, help, otherwise, paths: [`data.reading.columns.${path}`] }
);
const columnsFlag = (name: string, path: string, help: string): ConfigFlag => (
  { name, value: COLUMNS, help, paths: [`data.reading.columns.${path}`] }
);

/** What examples are for, beside their label: the same for every command that reads them. */
export const ROLE_FLAGS: readonly ConfigFlag[] = [
  { name: 'keep', value: COLUMNS, help: 'columns that the features keep, with commas', paths: ['data.keep'] },
  {
    name: 'forget', value: COLUMNS, help: 'columns that they forget, with commas', otherwise: "the recipe's: mostly the label",
    paths: ['data.forget'],
  },
  { name: 'forget-from-inputs', sets: true, help: 'let the encoder see forgotten columns of a table', paths: ['data.forgetFromInputs'] },
];

/** How data of any kind are read: the same for every command that reads them. */
export const READING_FLAGS: readonly ConfigFlag[] = [
  columnFlag('file-column', 'file', 'column of a list with the names of the images', 'file, or a name like it'),
  columnFlag('label-column', 'label', 'column with the labels', 'label, or what the recipe says'),
  columnFlag('domain-column', 'domain', 'column with the domain of each example', 'domain'),
  columnFlag('split-column', 'split', 'column that says train, val or test', 'split, if it is there'),
  columnFlag('group-column', 'group', 'column like patient: examples of one group are never on two sides of a split', 'none'),
  columnsFlag('ignore', 'ignored', 'columns to leave out, with commas'),
  columnsFlag('as-number', 'numbers', 'columns to read as numbers; words in them are missing values'),
  columnsFlag('as-category', 'categories', 'columns to read as categories, numbers too'),
  {
    name: 'vectors', value: DATA_FILE,
    help: 'inputs of the rows of a table: npy, npz or safetensors in its folder', otherwise: 'features.*, if it is there',
    paths: ['data.reading.vectors'],
  },
  {
    name: 'labels-as-is', sets: true, help: 'no word about labels that differ in case or spaces alone',
    paths: ['data.reading.labelsAsIs'],
  },
  {
    name: 'background', value: COLOUR, help: 'what transparent images lie on: white, black, or a colour like #8040c0',
    paths: ['data.reading.background'],
  },
  {
    name: 'skip-bad', value: OPTIONAL_SHARE, sets: SKIPPED,
    help: `leave out images that cannot be read, up to this share of all (${SKIPPED} if none is said)`, otherwise: 'none is left out',
    paths: ['data.reading.skipBad'],
  },
  { name: 'min-per-class', value: COUNT, help: 'leave out classes with fewer examples', paths: ['data.reading.minPerClass'] },
  { name: 'decimal', value: mark('.', ','), help: 'mark before the decimals of numbers', paths: ['data.reading.decimal'] },
  {
    name: 'thousands', value: mark('.', ',', ' ', '\''), help: 'mark between the thousands of numbers',
    paths: ['data.reading.thousands'],
  },
  {
    name: 'data-memory-mib', value: COUNT,
    help: 'most memory that a process takes for inputs, in MiB; more are read from a file',
    paths: ['data.reading.memoryMiB'],
  },
];
