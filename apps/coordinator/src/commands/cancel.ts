import { cancel, type Environment } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import type { CancelCommand } from '../command-line/command.js';

/** Asks whoever plays a run to end. */
export async function runCancel({ run, folder, runsFolder, atOnce }: CancelCommand, environment: Environment): Promise<number> {
  const cancelled = await cancel(run, { folder, runsDir: runsFolder, environment, atOnce });
  const saved = atOnce ? 'ends at once' : 'ends after the round under way, with a checkpoint';
  const said = cancelled.kind === 'process' ? `process ${cancelled.processId} ${saved}`
    : `job ${cancelled.id} of Slurm ${cancelled.hadBegun ? saved : 'is taken from the queue'}`;
  process.stdout.write(`${said}\n`);
  return EXIT.ok;
}
