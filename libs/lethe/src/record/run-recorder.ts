import { join } from 'node:path';
import { saveCheckpoint } from '@lethe/checkpoint';
import { savedConfigJson } from '@lethe/config';
import { errorCode, errorMessage } from '@lethe/errors';
import type { Committed, StepReport } from '@lethe/protocol';
import type { MetricsLine, MetricsLog, RunFolder, TensorBoardWriter } from '@lethe/run-folder';
import { RateMeter, type Reporter, type RunProgress } from '@lethe/telemetry';
import { AlikeLines, type Log } from '@lethe/telemetry/log';
import type { GamePosition } from '@lethe/cluster';
import type { RunDescription } from '@lethe/graphs';
import { encodeRunGrid } from '../evaluation/grid-picture.js';
import { ownVersion } from '../own-version.js';
import { HELD_OUT, prefixed, rounded } from './metrics.js';
import { RoundLossCollector } from './round-losses.js';
import { epochsCompleted, type EpochEvent, type RunRecord, type RunState } from './run-record.js';
import { WireAccount } from './wire-account.js';

export interface RunRecorderOptions {
  readonly description: RunDescription;
  readonly folder: RunFolder;
  readonly metrics: MetricsLog;
  readonly tensorBoard: TensorBoardWriter;
  readonly reporter: Reporter;
  readonly log: Log;
  /** What the run begins with. */
  readonly start: GamePosition;
  /** Hears each line of the metrics, as it is recorded. */
  readonly onRecorded: (line: MetricsLine) => void;
}

/** Rounds that are not counted after a start or a pause: the first ones fill pipelines and warm caches. */
const WARM_UP_ROUNDS = 5;
/** How many rounds a killed run may lose from its metrics. */
const ROUNDS_PER_FLUSH = 20;

/** Writes down what happens in a run, in its folder and for whoever watches. */
export class RunRecorder implements RunRecord {
  readonly wire: WireAccount;
  readonly clock = new RoundClock();
  losses: Readonly<Record<string, number>> = {};
  heldOut: Readonly<Record<string, number>> = {};
  /** From the start of this process to the first round that was committed; null before that. */
  firstRoundSeconds: number | null = null;
  /** The last grid drawn, null before the first. */
  gridFile: string | null = null;
  /** Training time, evaluations and checkpoints left out. */
  trainingSeconds = 0;
  /** Fingerprints of what has computed the run, in order. */
  engines: () => readonly string[] = () => [];
  readonly #options: RunRecorderOptions;
  readonly #collector: RoundLossCollector;
  readonly #rate = new RateMeter();
  readonly #checkpoints = new AlikeLines();
  #rounds: number;
  #runningSince: number | null = null;

  constructor(options: RunRecorderOptions) {
    this.#options = options;
    this.#collector = new RoundLossCollector(options.description.objective);
    this.#rounds = options.start.rounds;
    this.wire = new WireAccount(options.description);
  }

  committed(committed: Committed): void {
    this.wire.committed(committed);
    const complete = this.#collector.add(committed);
    // What is played again after a server was lost was recorded when it was played first.
    if (complete === null || complete.round < this.#rounds) return;
    const { metrics, tensorBoard, reporter, description } = this.#options;
    this.#rounds = complete.round + 1;
    this.losses = complete.losses;
    this.firstRoundSeconds ??= performance.now() / 1000;
    this.clock.tick();
    this.#rate.add(description.config.batchSize);
    this.#record({
      kind: 'round',
      round: this.#rounds,
      ...complete.losses,
      images_per_second: Math.round(this.#rate.perSecond()),
      wire_mb: rounded(this.wire.megabytes),
      wire_surplus_percent: rounded(this.wire.surplusPercent),
    });
    tensorBoard.scalars(this.#rounds, prefixed('train', complete.losses));
    reporter.update(this.#progress());
    // What is not written here is written, or missed, at the end of the epoch.
    if (this.#rounds % ROUNDS_PER_FLUSH === 0) metrics.flush().catch(() => undefined);
  }

  #record(line: MetricsLine): void {
    this.#options.metrics.append(line);
    this.#options.onRecorded(line);
  }

  stepReported(report: StepReport): void {
    this.wire.add(report);
  }

  async epoch({ epoch, rounds, figures, grid }: EpochEvent): Promise<void> {
    const { description, metrics, tensorBoard, reporter, folder } = this.#options;
    this.heldOut = figures;
    this.#record({ kind: 'epoch', epoch, round: rounds, ...prefixed(HELD_OUT, figures) });
    tensorBoard.scalars(rounds, prefixed('held-out', figures));
    if (grid !== null) {
      const { png, width, height } = await encodeRunGrid(description, grid);
      const file = join(folder.grids, `epoch-${String(epoch).padStart(3, '0')}.png`);
      tensorBoard.image(rounds, 'style grid', png, { width, height });
      if (await this.#isWritten(folder.writeFile(file, png))) this.gridFile = file;
    }
    await this.#isWritten(metrics.flush());
    await this.#isWritten(tensorBoard.flush());
    reporter.endEpoch(this.#progress(), figures);
  }

  async checkpoint({ rounds, steps, groups }: RunState, isBest: boolean): Promise<void> {
    const { folder, description: { config, layouts, schemaHash, facts }, metrics, tensorBoard } = this.#options;
    // Whoever goes on from this checkpoint judges by the epochs in the metrics.
    await metrics.flush();
    await this.#isWritten(tensorBoard.flush());
    await saveCheckpoint({
      folder: folder.checkpoints,
      rounds,
      steps,
      groups,
      layouts,
      schemaHash,
      isBest,
      configJson: savedConfigJson(config),
      dataFingerprint: facts.fingerprint,
      engines: this.engines(),
      codeVersion: ownVersion(),
      keep: config.checkpoints.keep,
      onLeft: (message) => {
        this.notice(`warning: ${message}`);
      },
    });
    const level = this.#checkpoints.count('checkpoint') === null ? 'debug' : 'info';
    this.#options.log[level]({ rounds, steps, isBest }, `a checkpoint of round ${rounds} is written`);
  }

  notice(line: string): void {
    this.#options.reporter.notice(line);
  }

  resumeClock(): void {
    this.#rate.restart();
    this.clock.restart();
    this.#runningSince = performance.now();
  }

  pauseClock(): void {
    if (this.#runningSince !== null) this.trainingSeconds += (performance.now() - this.#runningSince) / 1000;
    this.#runningSince = null;
  }

  /** A disk that takes nothing is no reason to end: what grows is written later, or missed at the end of the run. */
  async #isWritten(writing: Promise<void>): Promise<boolean> {
    try {
      await writing;
      return true;
    } catch (error) {
      if (errorCode(error) !== 'STORAGE_FAILED') throw error;
      this.notice(`warning: ${errorMessage(error)} The run goes on`);
      return false;
    }
  }

  #progress(): RunProgress {
    const { config: { batchSize, epochs }, trainingCount, totalRounds } = this.#options.description;
    const totalEpochs = epochs ?? Math.ceil((totalRounds * batchSize) / trainingCount);
    return {
      round: this.#rounds, totalRounds, totalEpochs,
      epoch: Math.min(totalEpochs, epochsCompleted(this.#rounds - 1, batchSize, trainingCount) + 1),
      examplesPerSecond: this.#rate.perSecond(),
      losses: this.losses,
      secondsLeft: this.#rate.secondsLeft((totalRounds - this.#rounds) * batchSize),
    };
  }
}

/** Times rounds from one commit to the next; a pause (an evaluation) belongs to none. */
class RoundClock {
  readonly #durations: number[] = [];
  #lastMs: number | null = null;
  #skipped = 0;

  /** A round is in the weights. */
  tick(): void {
    const now = performance.now();
    if (this.#lastMs !== null && this.#skipped >= WARM_UP_ROUNDS) this.#durations.push(now - this.#lastMs);
    this.#lastMs = now;
    this.#skipped += 1;
  }

  restart(): void {
    this.#lastMs = null;
    this.#skipped = 0;
  }

  /** Milliseconds; 0 before any round was counted. */
  get median(): number {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}
