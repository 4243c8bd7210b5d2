import {
  computingEnvironment, describeTraining, lookAtThisMachine, planLines, type DescribeTrainingOptions, type Settings,
  type TrainingPlan,
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
  const plan = await planTraining(settings, { options, environment, setEnvironment });
  for (const line of json ? [JSON.stringify(plan, null, 2)] : planLines(plan)) process.stdout.write(`${printable(line)}\n`);
  return EXIT.ok;
}

/** What a run would be, all of it checked. What it would say of its data goes to standard error. */
export async function planTraining(
  settings: Settings, { options, environment, setEnvironment }: Omit<DryRun, 'json'>,
): Promise<TrainingPlan> {
  const machine = options.machine ?? (await lookAtThisMachine(environment));
  setEnvironment(computingEnvironment(machine));
  const ending = new AbortController();
  const hearNoMore = hearEndingSignals(() => { ending.abort(); });
  try {
    return await describeTraining(settings, {
      ...options, machine, signal: ending.signal, onNotice: (line) => { process.stderr.write(`${printable(line)}\n`); },
    });
  } finally {
    hearNoMore();
  }
}
