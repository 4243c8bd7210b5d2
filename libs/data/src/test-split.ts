import { LetheError } from '@lethe/errors';
import type { LabelledFile, Split } from './labels-csv.js';
import { seededGenerator, shuffle } from './seeded-generator.js';

/** Without a split column one image in so many of each class is for testing. */
const TEST_ONE_IN = 6;

/**
 * Which rows are for training and which for testing. The table's own split column decides; without one, a sixth of each
 * class (at least one image) is drawn for testing: a function of the file names and the seed alone.
 * @param files in order of their names
 * @throws LetheError DATA_INVALID when a part would be empty
 */
export function splitFiles(table: string, files: readonly LabelledFile[], seed: number): Record<Split, LabelledFile[]> {
  const chosen = files.some(({ split }) => split !== undefined) ? undefined : drawTestFiles(table, files, seed);
  const splitOf = (file: LabelledFile): Split => file.split ?? (chosen?.has(file) === true ? 'test' : 'train');
  const parts = { train: files.filter((file) => splitOf(file) === 'train'), test: files.filter((file) => splitOf(file) === 'test') };
  for (const part of ['train', 'test'] as const) {
    if (parts[part].length > 0) continue;
    throw new LetheError('DATA_INVALID', `${table}: expected rows with the split ${part}, found none`, { details: { table, part } });
  }
  return parts;
}

function drawTestFiles(table: string, files: readonly LabelledFile[], seed: number): Set<LabelledFile> {
  const byLabel = new Map<string, LabelledFile[]>();
  for (const file of files) {
    const members = byLabel.get(file.label);
    if (members === undefined) byLabel.set(file.label, [file]);
    else members.push(file);
  }
  const chosen = new Set<LabelledFile>();
  for (const [label, members] of byLabel) {
    if (members.length < 2) {
      const message = `${table}: expected at least 2 images labelled ${JSON.stringify(label)} (one for testing) or a split column, found 1`;
      throw new LetheError('DATA_INVALID', message, { details: { table, label } });
    }
    const shuffled = shuffle([...members], seededGenerator('test-split', seed, label));
    for (const file of shuffled.slice(0, Math.max(1, Math.floor(members.length / TEST_ONE_IN)))) chosen.add(file);
  }
  return chosen;
}
