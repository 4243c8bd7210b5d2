import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { inspectFolder, type FoundDataset, type SampleImages } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { encodeGridPng, expectWritableFolder } from '@lethe/run-folder';
import type { DataCommand } from '../command-line/command.js';
import { EXIT } from '@lethe/lethe/exit-codes';

/** Prints which data a folder holds, and draws a contact sheet of data that have images. */
export async function runData({ data, out, unpackedGiB, folder }: DataCommand): Promise<number> {
  await expectWritableFolder('--out', out);
  const { found, damaged } = await inspectFolder(data, unpackedGiB);
  if (found.length + damaged.length === 0) {
    throw new LetheError(
      'DATA_MISSING',
      `${data}: expected images, IDX or MATLAB files, archives or tables there or one folder below, found none`,
    );
  }
  for (const dataset of found) {
    const sheet = dataset.samples === null ? null : join(out, `${dataset.name === '' ? 'data' : dataset.name}.png`);
    if (sheet !== null && dataset.samples !== null) await drawSheet(sheet, dataset.samples);
    process.stdout.write(`${lines(dataset, sheet === null ? null : relative(folder, sheet)).join('\n')}\n`);
  }
  for (const message of damaged) process.stderr.write(`error: ${message}\n`);
  return damaged.length === 0 ? EXIT.ok : EXIT.usage;
}

function lines({ name, kind, contents, classes }: FoundDataset, sheet: string | null): string[] {
  const counts = classes.map((counted) => `${counted.name} (${counted.count})`).join(', ');
  return [
    `${name === '' ? '.' : name}: ${kind}`,
    ...contents.split('\n').map((line) => `  ${line}`),
    ...(counts === '' ? [] : [`  classes ${counts}`]),
    ...(sheet === null ? [] : [`  contact sheet ${sheet}`]),
  ];
}

async function drawSheet(file: string, { images, rows, columns, shape }: SampleImages): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true }).catch((error: unknown) => { throw storageError(file, error); });
  const { png } = await encodeGridPng({ pixels: Float32Array.from(images, (byte) => byte / 127.5 - 1), rows, columns, ...shape });
  await writeFile(file, png).catch((error: unknown) => { throw storageError(file, error); });
}
