import { LetheError } from '@lethe/errors';
import type { FoundGpus, Gpu } from '@lethe/tensorflow';

/** What is checked: GPUs of one kind, or, to try the check itself, the processors. */
export type Checked = { readonly kind: 'gpu'; readonly cards: readonly Gpu[] } | { readonly kind: 'cpu' };

/**
 * The most GPUs of one kind that this process may use: only cards of one kind have the same bits.
 *
 * @throws LetheError DEVICE_MISSING if there is none that TensorFlow can compute on
 */
export function chooseDevices(device: 'gpu' | 'cpu', { gpus, whyNone }: FoundGpus): Checked {
  if (device === 'cpu') return { kind: 'cpu' };
  const cards = gpus
    .map(({ model }) => gpus.filter((gpu) => gpu.model === model))
    .reduce((most, kind) => (kind.length > most.length ? kind : most), []);
  if (cards.length > 0) return { kind: 'gpu', cards };
  throw new LetheError(
    'DEVICE_MISSING',
    `gpu-check: expected a GPU that TensorFlow can compute on, found none${whyNone === null ? '' : ` (${whyNone})`}; ` +
      '--device cpu tries the check itself on the processors',
  );
}
