import { isDone, shownSetting, type TrialRunner, type Trial, type TrialsWatcher } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { formatNumber, TrialsReporter } from '@lethe/telemetry';
import { hearEndingSignals } from '../signals/ending-signals.js';

/** Shows trials on the terminal while they are played, and lets Ctrl-C end them with a checkpoint. */
export function watchOnTerminal(isQuiet: boolean): TrialsWatcher {
  return {
    begin: (interrupt) => {
      const reporter = new TrialsReporter(process.stdout);
      // Trials are in sessions of their own: a terminal that is closed tells this process alone.
      const hearNoMore = hearEndingSignals(() => {
        reporter.notice('ending the trials that run, with a checkpoint (again: at once)');
        interrupt();
      });
      return {
        onChange: (trial, trials) => { if (!isQuiet || trial.state !== 'running') show(trial, trials, reporter); },
        onNotice: (line) => { reporter.notice(line); },
        end: () => {
          hearNoMore();
          reporter.close();
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

function show(trial: Trial, trials: readonly Trial[], reporter: TrialsReporter): void {
  const { name, state, figures, message } = trial;
  const settings = Object.entries(trial.values)
    .filter(([path, value]) => trials.some(({ values }) => shownSetting(values[path]) !== shownSetting(value)))
    .map(([path, value]) => `${path.split('.').at(-1) ?? path} ${shownSetting(value)}`)
    .join(', ');
  const reached = Object.entries(figures)
    .filter(([figure]) => figure.startsWith('held_out/'))
    .map(([figure, value]) => `${figure.slice('held_out/'.length)} ${formatNumber(value)}`)
    .join('  ');
  const said = message === '' ? '' : `  ${message}`;
  const done = `${trials.filter(isDone).length} of ${trials.length} done`;
  const epoch = figures['epochs'] ?? 0;
  if (state === 'running') reporter.update({ name, text: `${settings}  ${reached}`, epoch, totalEpochs: trial.epochs });
  else if (isDone(trial)) reporter.end(name, `${name}  ${state}  ${settings}  ${reached}${said}  (${done})`);
  else reporter.end(name, `${name}  waits to go on  ${settings}${said}`);
}
