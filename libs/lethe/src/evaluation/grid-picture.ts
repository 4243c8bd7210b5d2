import { join } from 'node:path';
import { gridColumns, type GridColumn } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import { encodeGridPng, type GridCaption, type GridPng, type RunFolder } from '@lethe/run-folder';

/** Where the picture of a run goes. @param rounds that were played */
export function gridFile({ grids }: Pick<RunFolder, 'grids'>, rounds: number): string {
  return join(grids, `round-${String(rounds).padStart(6, '0')}.png`);
}

/** The picture of test examples that a run ends with, as a PNG. @param pixels as `computeGrid` gives them */
export function encodeRunGrid(description: RunDescription, pixels: Float32Array): Promise<GridPng> {
  const { facts: { shape, classes } } = description;
  const found = gridColumns(description);
  const columns = found?.length ?? classes.length;
  const rows = pixels.length / (columns * shape.height * shape.width * shape.channels);
  return encodeGridPng({ pixels, rows, columns, ...shape, captions: captionsOf(found ?? []) });
}

/** The values of a label alone are seen, and have none. */
function captionsOf(columns: readonly GridColumn[]): GridCaption[] {
  return columns.some(({ shows }) => shows === 'original') ? gridCaptions(columns) : [];
}

/** Names of attributes over all of their columns, and what each column shows. */
export function gridCaptions(columns: readonly Pick<GridColumn, 'attribute' | 'caption'>[]): GridCaption[] {
  const names = columns.flatMap(({ attribute }, column): GridCaption[] => {
    if (attribute === '' || columns[column - 1]?.attribute === attribute) return [];
    return [{ text: attribute, line: 0, column, columns: columns.filter((one) => one.attribute === attribute).length }];
  });
  return [...names, ...columns.map(({ caption }, column): GridCaption => ({ text: caption, line: 1, column, columns: 1 }))];
}
