import { join } from 'node:path';
import { inputLength, type ImageShape } from '@lethe/data';
import { toldAttributes, type GridColumn } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import { encodeGridPng, type NewOutput } from '@lethe/run-folder';
import { gridCaptions } from '../evaluation/grid-picture.js';
import { readWalk, type AttributeWalk } from './attribute-walk.js';
import type { DrawingPlan } from './drawing-plan.js';
import { estimateOwnValues, toldOf } from './own-values.js';
import { DistinctNames, folderName } from './redrawn-names.js';
import { TakenValues } from './taken-values.js';
import { namedValues } from './told-values.js';
import { writeImages, writePng, type ImagesToWrite } from './write-images.js';

/** A walk, and where its pictures go. */
export interface WalkToDraw {
  readonly walk: AttributeWalk;
  /** Values that examples are known to have, as NAME=VALUE with commas; null: as each is rebuilt best. */
  readonly set: string | null;
  readonly output: NewOutput;
}

/** Each example at each place of a walk, and a strip of them. */
export function planOfWalk(description: RunDescription, { walk: typed, set, output }: WalkToDraw): DrawingPlan {
  const attributes = toldAttributes(description);
  const walk = readWalk(attributes, typed);
  const known = set === null ? new Map<string, number>() : namedValues(attributes, set, '--set');
  const names = new DistinctNames();
  const { shape } = description.facts;
  const { attribute: { name, input } } = walk;
  const folders = walk.places.map(({ caption }) => names.of(folderName(`${name}=${caption}`)));
  const places = walk.places.map((place, index) => ({ ...place, folder: join(output.temporary, folders[index] ?? '') }));
  const taken = new TakenValues(attributes, known);
  return {
    told: places.map(({ caption }) => `${name}=${caption}`), folders, said: () => taken.lines(),
    draw: async ({ inputs, files, redraw }) => {
      const own = await estimateOwnValues(inputs, { redraw, attributes, set: known, examples: files.length });
      taken.add(files, own);
      const told = toldOf(attributes, own);
      const columns = [{ attribute: '', caption: 'original', images: inputs }, {
        attribute: '', caption: 'rebuilt', images: await redraw(inputs, told),
      }];
      for (const { caption, told: row, folder } of places) {
        const images = await redraw(inputs, { ...told, [input]: row });
        columns.push({ attribute: name, caption, images });
        await output.store(() => writeImages({ images, files, folder }, shape));
      }
      await output.store(() => writeStrips({ columns, files, folder: output.temporary }, shape));
    },
  };
}

interface StripsToWrite extends Pick<ImagesToWrite, 'files' | 'folder'> {
  readonly columns: readonly (Pick<GridColumn, 'attribute' | 'caption'> & Pick<ImagesToWrite, 'images'>)[];
}

/** A picture of one row for each example. */
async function writeStrips({ columns, files, folder }: StripsToWrite, shape: ImageShape): Promise<void> {
  const length = inputLength(shape);
  for (const [index, file] of files.entries()) {
    const pixels = new Float32Array(columns.length * length);
    for (const [column, { images }] of columns.entries()) {
      pixels.set(images.subarray(index * length, (index + 1) * length), column * length);
    }
    const grid = { ...shape, pixels, rows: 1, columns: columns.length, captions: gridCaptions(columns) };
    await writePng(join(folder, file), (await encodeGridPng(grid)).png);
  }
}
