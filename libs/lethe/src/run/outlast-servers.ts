import { errorCode } from '@lethe/errors';
import type { GroupState } from '@lethe/protocol';
import type { TrainingCluster } from '@lethe/cluster';

/**
 * Plays until it is through. Whenever a server is lost meanwhile, all servers go back to the last state, and `play` is called
 * again to go on from there: rounds are functions of their number and the state, so that they come out the same.
 */
export async function outlastServers<Result>(
  cluster: TrainingCluster,
  lastGroups: () => readonly GroupState[],
  play: () => Promise<Result>,
): Promise<Result> {
  for (let isRecovering = false; ; isRecovering = true) {
    try {
      if (isRecovering) await cluster.recover(lastGroups());
      return await play();
    } catch (error) {
      if (errorCode(error) !== 'SERVER_LOST') throw error;
    }
  }
}
