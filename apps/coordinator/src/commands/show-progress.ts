import type { Progress } from '@lethe/lethe';
import type { Reporter } from '@lethe/telemetry';

/** Shows what the library tells. */
export function showProgress(reporter: Reporter): { onNotice: (line: string) => void; onProgress: (progress: Progress) => void } {
  return {
    onNotice: (line) => { reporter.notice(line); },
    onProgress: (progress) => {
      switch (progress.kind) {
        case 'reading':
          reporter.reading(progress.done, progress.total);
          break;
        case 'starting':
          reporter.stage(progress.what);
          break;
        case 'round':
          reporter.update(progress);
          break;
        case 'epoch':
          reporter.endEpoch(progress, progress.heldOut);
          break;
        case 'measuring':
          reporter.measuring(progress);
      }
    },
  };
}
