import { errorMessage } from '@lethe/errors';
import type { PreparedRun } from './prepare-run.js';

/** What of a run has to be closed. */
type OpenRun = Pick<PreparedRun, 'folder' | 'metrics' | 'tensorBoard' | 'reporter'>;

/**
 * Plays a run, and closes it however that ended; others can have its folder then, whatever could not be written.
 * @throws whatever went wrong first; what goes wrong in closing besides is a warning
 */
export async function withOpenRun<Result>(run: OpenRun, play: () => Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await play();
  } catch (error) {
    await close(run).catch((second: unknown) => { run.reporter.notice(`warning: ${errorMessage(second)}`); });
    throw error;
  }
  await close(run);
  return result;
}

async function close({ folder, metrics, tensorBoard, reporter }: OpenRun): Promise<void> {
  reporter.close();
  const written = await Promise.allSettled([metrics.close(), tensorBoard.close()]);
  await folder.close();
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
}
