import { saveCheckpoint } from '@lethe/checkpoint';
import { mergeConfig, savedConfigJson, type Tree } from '@lethe/config';
import { openData, type DataSource } from '@lethe/data';
import { describeRun, type RunDescription } from '@lethe/graphs';
import { RunFolder } from '@lethe/run-folder';
import { initialGroups } from '../src/run/initial-state.js';
import { keepRunData } from '../src/run/run-data-file.js';

/** A run that nobody played, and what it is made of. */
export interface MadeRun {
  readonly run: RunFolder;
  readonly data: DataSource;
  readonly description: RunDescription;
  /** What its only checkpoint, after round 2, has: the parameters that it begins with. */
  readonly groups: ReturnType<typeof initialGroups>;
}

interface RunToMake {
  readonly runsFolder: string;
  readonly name: string;
  /** Settings over those of the recipe. */
  readonly values: Tree;
  /** False: a run of before, which does not say how its inputs are made of files. */
  readonly keepsData?: boolean;
}

/** Makes the folder of a run with a checkpoint, as if it had played two rounds. */
export async function makeRun({ runsFolder, name, values, keepsData = true }: RunToMake): Promise<MadeRun> {
  const machine = { cores: 1, gpus: 0, engine: 'native' } as const;
  const { config } = mergeConfig(machine, [{ source: 'flags', values: { epochs: 1, ...values }, label: (path) => path }]);
  const data = await openData(config.data, config.seed);
  const description = describeRun(config, data.facts);
  const groups = initialGroups(description);
  const run = await RunFolder.create({ runsFolder, name, configJson: savedConfigJson(config) });
  await saveCheckpoint({
    folder: run.checkpoints, rounds: 2, steps: 0, groups, ...description, configJson: savedConfigJson(config),
    dataFingerprint: data.facts.fingerprint, engines: ['native a'], codeVersion: '1', keep: 1, isBest: false, onLeft: () => undefined,
  });
  if (keepsData) await keepRunData(run, data);
  return { run, data, description, groups };
}
