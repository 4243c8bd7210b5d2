import { formatCount, formatDuration, formatFigures } from './format.js';

/** The progress of a run. */
export interface RunProgress {
  /** Rounds completed. */
  readonly round: number;
  readonly totalRounds: number;
  /** Epoch under way, 1-based. */
  readonly epoch: number;
  readonly totalEpochs: number;
  /** 0: not known yet. */
  readonly examplesPerSecond: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly secondsLeft: number | null;
}

/** What is measured at the end of a run, and how far that is. */
export interface MeasuringProgress {
  /** What is being done. */
  readonly what: string;
  /** Pieces of work. */
  readonly done: number;
  readonly total: number;
  /** Of all the work, 0 to 1: pieces differ. */
  readonly share: number;
  /** Null: not known yet. */
  readonly secondsLeft: number | null;
}

/** How far a user's examples have been gone through. */
export interface ExamplesProgress {
  /** What is done with them: "encoding". */
  readonly what: string;
  readonly examples: number;
  /** Of all of them, 0 to 1. */
  readonly share: number;
  /** Null: not known yet. */
  readonly secondsLeft: number | null;
}

/** Shows the progress of a run. Never throws, even if the stream fails. */
export interface Reporter {
  /** May be called at any rate: what is shown changes at a readable pace. */
  update(progress: RunProgress): void;
  /** Says what is being done before the first round, until something else is shown. */
  stage(what: string): void;
  /** Shows how many inputs of the data have been read, before anything else; may be called at any rate. */
  reading(done: number, total: number): void;
  /** Shows what is measured, after the last epoch; may be called at any rate. */
  measuring(progress: MeasuringProgress): void;
  /** Shows the end of an epoch, with its figures on held-out data (`scores`). */
  endEpoch(progress: RunProgress, scores: Readonly<Record<string, number>>): void;
  /** Shows a line that stays, above the progress bar where there is one. */
  notice(line: string): void;
  /** Ends the display; later notices still appear. */
  close(): void;
}

/** Shows work on examples that is no run. */
export interface ExamplesReporter extends Pick<Reporter, 'notice' | 'close'> {
  /** Shows how far a user's examples have been gone through; may be called at any rate. */
  examples(progress: ExamplesProgress): void;
}

/** `reading the data  1,024/5,000` */
export function describeReading(done: number, total: number): string {
  return `reading the data  ${formatCount(done)}/${formatCount(total)}`;
}

/** `measuring 12/36  25 s left  training fresh probes (mlp, on latents)` */
export function describeMeasuring({ what, done, total, secondsLeft }: MeasuringProgress): string {
  const left = secondsLeft === null ? '' : `${formatDuration(secondsLeft)} left`;
  return joined([`measuring ${done}/${total}`, left, what]);
}

/** `encoding 12,000 examples  25 s left` */
export function describeExamples({ what, examples, secondsLeft }: ExamplesProgress): string {
  return joined([`${what} ${formatCount(examples)} examples`, secondsLeft === null ? '' : `${formatDuration(secondsLeft)} left`]);
}

/** `round 234/1,172  epoch 1/5  3,950 examples/s  4 min 05 s left  mse 0.1234` */
export function describeProgress(progress: RunProgress): string {
  const parts = [
    `round ${formatCount(progress.round)}/${formatCount(progress.totalRounds)}`,
    `epoch ${progress.epoch}/${progress.totalEpochs}`,
    ...pace(progress),
    formatFigures(progress.losses),
  ];
  return joined(parts);
}

/** `epoch 1/5 done  round 234/1,172  3,950 examples/s  mse 0.1234  held-out: reconstruction_mse 0.0912` */
export function describeEpoch(progress: RunProgress, scores: Readonly<Record<string, number>>): string {
  const parts = [
    `epoch ${progress.epoch}/${progress.totalEpochs} done`,
    `round ${formatCount(progress.round)}/${formatCount(progress.totalRounds)}`,
    speed(progress),
    formatFigures(progress.losses),
    Object.keys(scores).length === 0 ? '' : `held-out: ${formatFigures(scores)}`,
  ];
  return joined(parts);
}

/** `234/1,172  3,950 examples/s  4 min 05 s left  mse 0.1234`: fits beside a bar in 80 columns. Losses come last and may be cut off. */
export function describeBriefly(progress: RunProgress): string {
  const parts = [
    `${formatCount(progress.round)}/${formatCount(progress.totalRounds)}`,
    ...pace(progress),
    formatFigures(progress.losses),
  ];
  return joined(parts);
}

function pace(progress: RunProgress): string[] {
  const left = progress.secondsLeft === null ? '' : `${formatDuration(progress.secondsLeft)} left`;
  return [speed(progress), left];
}

/** Empty as long as it is not known: at the beginning, and where a run that goes on has nothing left to play. */
function speed({ examplesPerSecond }: RunProgress): string {
  return examplesPerSecond > 0 ? `${formatCount(examplesPerSecond)} examples/s` : '';
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}
