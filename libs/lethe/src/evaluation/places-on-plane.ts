import type { TrainingCluster } from '@lethe/cluster';
import { onPlane } from '@lethe/report';

type Vectors = Parameters<typeof onPlane>[0];
type Places = Awaited<ReturnType<typeof onPlane>>;

/**
 * Lays vectors of a cluster's run out on a plane, for as long as nothing ends or interrupts the run: this process would work on a map that
 * nobody will see, and could not end.
 * @throws whatever ended or interrupted it
 */
export async function placesOnPlane(
  { control }: { readonly control: Pick<TrainingCluster['control'], 'until' | 'recheck'> }, vectors: Vectors, count: number,
): Promise<Places> {
  const ending = new AbortController();
  let isDone = false;
  control.until(() => isDone).catch((error: unknown) => { ending.abort(error); });
  try {
    return await onPlane(vectors, count, ending.signal);
  } finally {
    isDone = true;
    control.recheck();
  }
}
