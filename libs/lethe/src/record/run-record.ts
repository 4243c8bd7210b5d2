import type { GamePosition } from '@lethe/cluster';
import type { GroupState } from '@lethe/protocol';

/** What a run leaves behind while it goes on. */
export interface RunRecord {
  epoch(event: EpochEvent): Promise<void>;
  checkpoint(state: RunState, isBest: boolean): Promise<void>;
  /** Something that whoever watches should know. */
  notice(line: string): void;
  /** Evaluations say nothing about the speed of training. */
  pauseClock(): void;
  resumeClock(): void;
}

/** The end of an epoch. */
export interface EpochEvent {
  /** Complete passes over the training images. */
  readonly epoch: number;
  /** Rounds played. */
  readonly rounds: number;
  /** Figures of the held-out images, and of the target if the run watches it; empty if there is neither. */
  readonly figures: Readonly<Record<string, number>>;
  /** float32 [rows, classes, height, width, channels]; null if no grid was wanted. */
  readonly grid: Float32Array | null;
}

/** The weights and optimiser state of a game that has come so far. */
export interface RunState extends GamePosition {
  readonly groups: readonly GroupState[];
}

/**
 * Epochs that are over after `rounds` rounds. Epoch e ends after floor(e * trainingCount / batchSize) rounds; the rest of
 * its images begin the next round.
 */
export function epochsCompleted(rounds: number, batchSize: number, trainingCount: number): number {
  return Math.ceil(((rounds + 1) * batchSize) / trainingCount) - 1;
}
