import type { LiveTrials, OpenedTrials, SeveralRuns, Trial, TrialPosition, TrialsListeners } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatNumber, TrialsReporter } from '@lethe/telemetry';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { hearEndingSignals } from '../signals/ending-signals.js';

/** Several runs, and what to say when all of them are planned. */
interface Watched<Results> { readonly several: LiveTrials<Results>; readonly onOpened: (opened: OpenedTrials) => void }

/** How trials are shown. */
interface Watching {
  /** Without their progress. */
  readonly isQuiet: boolean;
  /** One of them is played here; how many of the others are done is not known. */
  readonly isOne?: boolean;
  readonly onSignal?: (signal: string) => void;
}

/** Shows trials on the terminal while they are played, and lets Ctrl-C end them with a checkpoint; again: at once. */
export async function watchOnTerminal<Results>(
  { isQuiet, isOne = false, onSignal }: Watching,
  play: (listeners: TrialsListeners) => Watched<Results>,
): Promise<Results> {
  const ending = new AbortController();
  let [reporter, stop]: [TrialsReporter | null, () => void] = [null, () => undefined];
  const { several, onOpened } = play({
    signal: ending.signal,
    onNotice: (line) => {
      if (reporter !== null) reporter.notice(line);
      else if (several.stage === 'opening') process.stdout.write(`${line}\n`);
      else process.stderr.write(`${line}\n`);
    },
    onTrial: (trial) => { if (reporter !== null && trial.state !== 'running') showEnd(trial, several, { reporter, isOne }); },
    onPosition: (trial, position) => { if (reporter !== null && !isQuiet) showPosition(trial, several, position, reporter); },
    onStage: (stage) => {
      if (stage === 'opened' && several.opened !== null) onOpened(several.opened);
      if (stage === 'playing') [reporter, stop] = begin(ending, several, onSignal);
    },
  });
  try {
    return await several.done;
  } finally {
    stop();
  }
}

/** Shows progress from now on, and hears signals. @returns ends both */
function begin(
  ending: AbortController, several: Pick<LiveTrials<unknown>, 'kill'>, onSignal: (signal: string) => void = () => undefined,
): [TrialsReporter, () => void] {
  const reporter = new TrialsReporter(process.stdout);
  const close = closeOnTheWayOut(reporter);
  // Trials are in sessions of their own: a terminal that is closed tells this process alone.
  const hearNoMore = hearEndingSignals((signal) => {
    onSignal(signal);
    reporter.notice('ending the trials that run, with a checkpoint (again: at once)');
    if (ending.signal.aborted) several.kill();
    else ending.abort();
  });
  return [reporter, () => {
    hearNoMore();
    close();
  }];
}

/**
 * How a command ends that has played trials: that some of them diverge is a result beside those of others, but not where there are none.
 */
export function exitCodeOfTrials({ isInterrupted, trials }: Pick<SeveralRuns, 'isInterrupted' | 'trials'>): number {
  if (isInterrupted) return EXIT.interrupted;
  const states = new Set(trials.map(({ state }) => state));
  if (states.has('failed')) return EXIT.failed;
  return states.has('diverged') && !states.has('completed') ? EXIT.diverged : EXIT.ok;
}

type Several = Pick<LiveTrials<unknown>, 'opened' | 'settingsOf'>;

function showPosition(trial: Trial, several: Several, position: TrialPosition, reporter: TrialsReporter): void {
  reporter.update({ name: trial.name, text: `${several.settingsOf(trial)}  ${reachedBy(trial)}`, ...position });
}

/** The counter comes first: what a trial has failed with may be long. */
function showEnd(
  trial: Trial, several: Several, { reporter, isOne }: { readonly reporter: TrialsReporter; readonly isOne: boolean },
): void {
  const { name, state, message } = trial;
  const trials = several.opened?.trials ?? [];
  const counter = isOne ? '' : ` (${trials.filter(isDone).length} of ${trials.length} done)`;
  const said = [name, isDone(trial) ? `${state}${counter}` : 'waits to go on', several.settingsOf(trial), reachedBy(trial), message];
  reporter.end(name, said.filter((part) => part !== '').join('  '));
}

function isDone({ state }: Trial): boolean {
  return state !== 'waiting' && state !== 'running';
}

function reachedBy({ figures }: Trial): string {
  return Object.entries(figures)
    .filter(([figure]) => figure.startsWith('held_out/'))
    .map(([figure, value]) => `${figure.slice('held_out/'.length)} ${formatNumber(value)}`)
    .join('  ');
}
