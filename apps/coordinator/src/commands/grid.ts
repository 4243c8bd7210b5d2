import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { findCheckpoint } from '@lethe/checkpoint';
import { compileConfig } from '@lethe/config';
import { gridExamples, openData } from '@lethe/data';
import { newIncarnation } from '@lethe/protocol';
import { encodeGridPng, RunFolder } from '@lethe/run-folder';
import { describeRun, type RunDescription } from '@lethe/training';
import { openCluster } from '../cluster/open-cluster.js';
import type { GridCommand } from '../command-line/command.js';
import { EXIT } from '../command-line/exit-codes.js';
import { findRunFolder } from '../command-line/find-run-folder.js';
import { drawGrid } from '../run/training-run.js';
import type { Environment } from './train.js';

/** Draws the style grid of a checkpoint, on a small cluster of its own: a server and a worker. */
export async function runGrid(command: GridCommand, environment: Environment): Promise<number> {
  const run = RunFolder.at(findRunFolder(command.run, command));
  const saved = compileConfig((await run.readConfig())).config;
  const config = { ...saved, cluster: { ...saved.cluster, workers: 1, servers: 1, awaitWorkers: 1, listen: null } };
  const data = await openData(config.data, config.seed);
  const description = describeRun(config, data.facts);
  const { rounds, groups } = await findCheckpoint(run.checkpoints, command.checkpoint, description, (message) => process.stderr.write(`passed over: ${message}\n`));
  const open = await openCluster({
    description, environment, cores: availableParallelism(), devices: [null], runId: newIncarnation(), logsFolder: run.logs,
    onCommitted: () => undefined, onStepReport: () => undefined, onNotice: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    await open.cluster.assemble(groups, 1);
    const file = command.out ?? join(run.grids, `round-${String(rounds).padStart(6, '0')}.png`);
    await writeFile(file, await png(description, await drawGrid({ cluster: open.cluster, description, gridRows: gridExamples(data).length })));
    process.stdout.write(`${relative(command.folder, file)}\n`);
  } finally {
    await open.close('the grid is drawn');
  }
  return EXIT.ok;
}

async function png({ facts: { shape, classes } }: RunDescription, pixels: Float32Array): Promise<Buffer> {
  const columns = classes.length;
  return (await encodeGridPng({ pixels, columns, rows: pixels.length / (columns * shape.height * shape.width * shape.channels), ...shape })).png;
}
