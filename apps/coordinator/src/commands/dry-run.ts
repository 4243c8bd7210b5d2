import {
  computingEnvironment, describeTraining, lookAtThisMachine, planLines, type DescribeTrainingOptions, type Settings,
} from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { printable } from '@lethe/telemetry/printable';
import { hearEndingSignals } from '../signals/ending-signals.js';
import type { ComputingSurroundings } from './on-examples.js';

interface DryRun extends ComputingSurroundings {
  readonly options: DescribeTrainingOptions;
  readonly json: boolean;
}

/** Says what a run would be. What a run would say of its data goes to standard error, so that the rest can be read by programs. */
export async function runDryRun(settings: Settings, { options, json, environment, setEnvironment }: DryRun): Promise<number> {
  const machine = options.machine ?? (await lookAtThisMachine(environment));
  setEnvironment(computingEnvironment(machine));
  const ending = new AbortController();
  const hearNoMore = hearEndingSignals(() => { ending.abort(); });
  try {
    const plan = await describeTraining(settings, {
      ...options, machine, signal: ending.signal, onNotice: (line) => { process.stderr.write(`${printable(line)}\n`); },
    });
    for (const line of json ? [JSON.stringify(plan, null, 2)] : planLines(plan)) process.stdout.write(`${printable(line)}\n`);
    return EXIT.ok;
  } finally {
    hearNoMore();
  }
}
