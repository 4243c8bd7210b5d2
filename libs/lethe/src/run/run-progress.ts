import type { MeasuringProgress, Reporter, RunProgress } from '@lethe/telemetry';
import { tell } from '../common-options.js';

/** What is being done, and how far that is. Reported at any rate: whoever shows it keeps a readable pace. */
export type Progress =
  /** Inputs of the data that have been read. */
  | { readonly kind: 'reading'; readonly done: number; readonly total: number }
  /** What is being done before the first round, in words. */
  | { readonly kind: 'starting'; readonly what: string }
  /** A round is over. */
  | ({ readonly kind: 'round' } & RunProgress)
  /** An epoch is over; `heldOut`: its figures on held-out examples, by name. */
  | ({ readonly kind: 'epoch'; readonly heldOut: Readonly<Record<string, number>> } & RunProgress)
  /** What was reached is being measured. */
  | ({ readonly kind: 'measuring' } & MeasuringProgress);

/** Who hears what is said and how far something is. */
export interface Listeners {
  /** Hears each line that somebody should know. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** Hears what is being done, and how far that is; called at any rate. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Reports to these listeners. */
export function listeningReporter({ onNotice, onProgress }: Listeners): Reporter {
  return {
    update: (progress) => { tell(onProgress, { kind: 'round', ...progress }); },
    stage: (what) => { tell(onProgress, { kind: 'starting', what }); },
    reading: (done, total) => { tell(onProgress, { kind: 'reading', done, total }); },
    measuring: (progress) => { tell(onProgress, { kind: 'measuring', ...progress }); },
    endEpoch: (progress, heldOut) => { tell(onProgress, { kind: 'epoch', heldOut, ...progress }); },
    notice: (line) => { tell(onNotice, line); },
    close: () => undefined,
  };
}
