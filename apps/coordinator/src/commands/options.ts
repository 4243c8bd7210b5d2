import { valueAt } from '@lethe/config';
import type { CheckpointOptions, CommonOptions, Environment } from '@lethe/lethe';

/** A command that uses a checkpoint of a run. */
type CheckpointCommand = Pick<CheckpointOptions, 'checkpoint'> & CommandPlaces & { readonly flags: NamedSettings };
interface CommandPlaces extends Pick<CommonOptions, 'logLevel'> { readonly folder: string; readonly runsFolder: string }
interface NamedSettings { readonly values: unknown; readonly label: (path: string) => string }

/** What a command says of where runs are and of its logs, for the library. */
export function commonOptions({ folder, runsFolder, logLevel }: CommandPlaces, environment: Environment): CommonOptions {
  return { folder, runsDir: runsFolder, logLevel, environment };
}

/** The same, with what it says of a checkpoint and of the place of its data. */
export function checkpointOptions(command: CheckpointCommand, environment: Environment): CheckpointOptions {
  const { checkpoint, flags: { values, label } } = command;
  const [folder, unpackedGiB] = [valueAt(values, 'data.folder'), valueAt(values, 'data.unpackedGiB')];
  return {
    ...commonOptions(command, environment), checkpoint, nameOf: label,
    dataDir: typeof folder === 'string' ? folder : undefined, unpackedGiB: typeof unpackedGiB === 'number' ? unpackedGiB : undefined,
  };
}
