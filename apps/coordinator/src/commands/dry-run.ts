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
  /** The script of the job that would play it; null: none would. */
  readonly script: string | null;
}

/** Says what a run would be. What a run would say of its data goes to standard error, so that the rest can be read by programs. */
export async function runDryRun(settings: Settings, { options, json, script, environment, setEnvironment }: DryRun): Promise<number> {
  const plan = await planTraining(settings, { options, environment, setEnvironment });
  const said = script === null ? plan : { ...plan, script };
  for (const line of json ? [JSON.stringify(said, null, 2)] : planLines(plan)) process.stdout.write(`${printable(line)}\n`);
  if (script !== null && !json) process.stdout.write(`\n${script}`);
  return EXIT.ok;
}

/** What a run would be, all of it checked. What it would say of its data goes to standard error. */
export async function planTraining(
  settings: Settings, { options, environment, setEnvironment }: Omit<DryRun, 'json' | 'script'>,
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
