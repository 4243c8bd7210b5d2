import { trainSeveral, type CommonOptions, type Settings } from '@lethe/lethe';
import { formatTable } from '@lethe/telemetry';
import type { TrainCommand } from '../command-line/command.js';
import { exitCodeOfTrials, watchOnTerminal } from './trials-on-terminal.js';

/** Plays the runs, as many at once as the machine allows, and says what they came to together. */
export async function runTrials(command: TrainCommand, settings: Settings, options: CommonOptions): Promise<number> {
  const { quiet, seeds, resume } = command;
  const results = await watchOnTerminal({ isQuiet: quiet }, (listeners) => {
    const several = trainSeveral(settings, { ...options, ...listeners, seeds });
    return {
      several,
      onOpened: ({ folder, trials, trialsAtOnce }) => {
        if (resume !== undefined) return;
        const order = trialsAtOnce === 1 ? 'one after another' : `${trialsAtOnce} at once`;
        process.stdout.write(`${trials.length} runs, ${order}, in ${folder}\n`);
      },
    };
  });
  for (const line of [...results.tables.flatMap(formatTable), ...results.notes]) process.stdout.write(`${line}\n`);
  return exitCodeOfTrials(results);
}
