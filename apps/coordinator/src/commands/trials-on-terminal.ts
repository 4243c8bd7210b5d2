import { isDone, shownSetting, type TrialPosition, type TrialRunner, type Trial, type TrialsWatcher } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatNumber, TrialsReporter } from '@lethe/telemetry';
import { closeOnTheWayOut } from '../signals/close-on-the-way-out.js';
import { hearEndingSignals } from '../signals/ending-signals.js';

/** Shows trials on the terminal while they are played, and lets Ctrl-C end them with a checkpoint. */
export function watchOnTerminal(isQuiet: boolean): TrialsWatcher {
  return {
    begin: (interrupt) => {
      const reporter = new TrialsReporter(process.stdout);
      const close = closeOnTheWayOut(reporter);
      // Trials are in sessions of their own: a terminal that is closed tells this process alone.
      const hearNoMore = hearEndingSignals(() => {
        reporter.notice('ending the trials that run, with a checkpoint (again: at once)');
        interrupt();
      });
      return {
        onChange: (trial, trials) => { if (trial.state !== 'running') showEnd(trial, trials, reporter); },
        onPosition: (trial, trials, position) => { if (!isQuiet) showPosition(trial, trials, position, reporter); },
        onNotice: (line) => { reporter.notice(line); },
        end: () => {
          hearNoMore();
          close();
        },
      };
    },
    onWarning: (warning) => { process.stderr.write(`warning: ${warning}\n`); },
  };
}

/**
 * How a command ends that has played trials: that some of them diverge is a result beside those of others, but not where there are none.
 */
export function exitCodeOfTrials({ isInterrupted, trials }: Pick<TrialRunner, 'isInterrupted' | 'trials'>): number {
  if (isInterrupted) return EXIT.interrupted;
  const states = new Set(trials.map(({ state }) => state));
  if (states.has('failed')) return EXIT.failed;
  return states.has('diverged') && !states.has('completed') ? EXIT.diverged : EXIT.ok;
}

function showPosition(trial: Trial, trials: readonly Trial[], position: TrialPosition, reporter: TrialsReporter): void {
  reporter.update({ name: trial.name, text: `${settingsOf(trial, trials)}  ${reachedBy(trial)}`, ...position });
}

/** The counter comes first: what a trial has failed with may be long. */
function showEnd(trial: Trial, trials: readonly Trial[], reporter: TrialsReporter): void {
  const { name, state, message } = trial;
  const counter = `(${trials.filter(isDone).length} of ${trials.length} done)`;
  const said = [name, isDone(trial) ? `${state} ${counter}` : 'waits to go on', settingsOf(trial, trials), reachedBy(trial), message];
  reporter.end(name, said.filter((part) => part !== '').join('  '));
}

/** Those settings in which the trials differ. */
function settingsOf({ values }: Trial, trials: readonly Trial[]): string {
  return Object.entries(values)
    .filter(([path, value]) => trials.some((other) => shownSetting(other.values[path]) !== shownSetting(value)))
    .map(([path, value]) => `${path.split('.').at(-1) ?? path} ${shownSetting(value)}`)
    .join(', ');
}

function reachedBy({ figures }: Trial): string {
  return Object.entries(figures)
    .filter(([figure]) => figure.startsWith('held_out/'))
    .map(([figure, value]) => `${figure.slice('held_out/'.length)} ${formatNumber(value)}`)
    .join('  ');
}
