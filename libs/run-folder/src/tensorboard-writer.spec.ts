import { appendFile, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPython } from '@lethe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeGridPng } from './grid-png.js';
import { RunFolder } from './run-folder.js';
import { TensorBoardWriter } from './tensorboard-writer.js';

/** Prints what TensorBoard finds in the folder argv[1]. */
const READ_BACK = `
import io, json, sys
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
events.Reload()
def pixels(image):
    decoded = Image.open(io.BytesIO(image.encoded_image_string)).convert("L")
    return [image.step, image.width, image.height, decoded.size, decoded.getpixel((2, 2)), decoded.getpixel((6, 2))]
tags = events.Tags()
print(json.dumps({
    "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
    "images": {tag: [pixels(image) for image in events.Images(tag)] for tag in tags["images"]},
    "first": events.FirstEventTimestamp(),
}))
`;

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'lethe-events-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

async function eventFiles(): Promise<string[]> {
  return (await readdir(folder)).sort();
}

const PYTHON_MS = 60_000;

describe('the real TensorBoard', { timeout: PYTHON_MS }, () => {
  it('reads scalars, images and the time back', async () => {
    const before = Date.now() / 1000;
    const writer = await TensorBoardWriter.open(folder, 0);
    for (const step of [1, 2, 300]) writer.scalars(step, { 'train/mse': step / 4, 'train/nll': -step });
    const { png, width, height } = await encodeGridPng({
      pixels: Float32Array.of(-1, 1), rows: 1, columns: 2, height: 1, width: 1, channels: 1,
    });
    writer.image(300, 'style grid', png, { width, height });
    await writer.close();
    const found = (await runPython(READ_BACK, [folder])) as { first: number };
    expect(found).toMatchObject({
      scalars: { 'train/mse': [[1, 0.25], [2, 0.5], [300, 75]], 'train/nll': [[1, -1], [2, -2], [300, -300]] },
      images: { 'style grid': [[300, width, height, [width, height], 0, 255]] },
    });
    expect(found.first).toBeGreaterThanOrEqual(before);
    expect(found.first).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it.each([0, 3])('shows the steps after round %i once when the run went on from there, also after a torn record', async (resumedAfter) => {
    const first = await TensorBoardWriter.open(folder, 0);
    for (let step = 1; step <= 6; step++) first.scalars(step, { loss: step });
    await first.close();
    await appendFile(join(folder, (await eventFiles())[0]!), Buffer.from([40, 0, 0, 0, 0])); // killed while it wrote
    const second = await TensorBoardWriter.open(folder, resumedAfter);
    for (let step = resumedAfter + 1; step <= 5; step++) second.scalars(step, { loss: -step });
    await second.close();
    const expected = [1, 2, 3, 4, 5].map((step) => [step, step <= resumedAfter ? step : -step]);
    expect(await runPython(READ_BACK, [folder])).toMatchObject({ scalars: { loss: expected } });
  });

  it('shows what is measured later beside the steps that are there, also of a checkpoint before the last', async () => {
    const rounds = await TensorBoardWriter.open(folder, 0);
    for (const step of [1, 2, 3]) rounds.scalars(step, { loss: step });
    await rounds.close();
    await RunFolder.at(folder).addScalars(2, { 'measured/swap': 0.5 });
    expect(await runPython(READ_BACK, [folder])).toMatchObject({
      scalars: { loss: [[1, 1], [2, 2], [3, 3]], 'measured/swap': [[2, 0.5]] },
    });
  });
});

describe('event files', () => {
  it('are named in the order they were written, also within a second', async () => {
    const names: string[] = [];
    for (let index = 0; index < 3; index++) {
      await (await TensorBoardWriter.open(folder, index)).close();
      names.push((await eventFiles()).find((name) => !names.includes(name))!);
    }
    expect(names).toHaveLength(3);
    expect(await eventFiles()).toEqual(names);
  });

  it('say that the disk is full', async () => {
    const writer = await TensorBoardWriter.open(folder, 0);
    const file = join(folder, (await eventFiles())[0]!);
    await rm(file);
    await symlink('/dev/full', file); // a disk that is always full
    writer.scalars(1, { loss: 1 });
    await expect(writer.flush()).rejects.toThrow(/the disk is full/);
  });
});
