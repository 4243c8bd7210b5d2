import { computingEnvironment, lookAtThisMachine, type WatchOptions } from '@lethe/lethe';
import { createReporter } from '@lethe/telemetry';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { hearEndingSignals } from '../signals/ending-signals.js';

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command that computes in this process has of it. */
export interface ComputingSurroundings {
  readonly environment: Environment;
  /** Sets variables of this process, for TensorFlow, which reads them when it is loaded. */
  readonly setEnvironment: (variables: Readonly<Record<string, string>>) => void;
}

/**
 * Goes through a user's examples in this process, on all of its cores or on a GPU, and shows how far that is.
 * @param what is done with them: "encoding"
 */
export async function onExamples<Result>(
  what: string, { environment, setEnvironment }: ComputingSurroundings, work: (options: WatchOptions) => Promise<Result>,
): Promise<Result> {
  setEnvironment(computingEnvironment(await lookAtThisMachine(environment)));
  const reporter = createReporter({ output: process.stderr });
  const close = closeOnTheWayOut(reporter);
  const ending = new AbortController();
  const hearNoMore = hearEndingSignals((signal) => {
    // Whoever asks twice does not wait for what is being read.
    if (ending.signal.aborted) {
      hearNoMore();
      process.kill(process.pid, signal);
    }
    ending.abort();
  });
  const begun = performance.now();
  try {
    return await work({
      onNotice: (line) => { reporter.notice(line); }, signal: ending.signal,
      onProgress: (examples, share) => {
        const seconds = (performance.now() - begun) / 1000;
        reporter.examples({ what, examples, share, secondsLeft: share > 0.01 ? (seconds / share) * (1 - share) : null });
      },
    });
  } finally {
    hearNoMore();
    close();
  }
}
