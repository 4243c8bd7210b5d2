// How long a round takes over networks as they are: `npx nx run tools:networks -- --help`. Only root can make them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errorMessage } from '@lethe/errors';
import { INSTALLATION } from '@lethe/programs';
import { Command, InvalidArgumentError } from 'commander';
import { CONDITIONS, describeCondition, parseCondition, type Condition } from './condition.js';
import { measureCondition } from './measure-condition.js';
import { addMeasurement, readMeasurements, timesMeasured } from './measurements.js';
import { compilePrograms } from './native-programs.js';
import { whyNoNetworks } from './requirements.js';
import { measurementTable } from './table.js';

const options = new Command('networks')
  .description('Measures training over networks with a round trip, a rate and losses, beside the same work on one machine.')
  .option('--condition <condition>', 'ROUND_TRIP_MS,MEGABITS,LOSS_PERCENT; several (default: those of docs/networks.md)', collect, [])
  .option('--rounds <count>', 'of each training', Number, 30)
  .option('--repeats <count>', 'how often each condition is measured', Number, 2)
  .option('--copy-seconds <seconds>', 'of each plain copy that shows what the network carries', Number, 3)
  .option('--congestion <name>', "TCP's congestion control on the hosts (default: this machine's)")
  .option('--connections <count>', 'of each worker to each server', Number, 1)
  .option('--python <file>', 'a Python with PyTorch, to measure gloo in the same conditions')
  .option('--out <file>', 'file of JSON lines; what it has already is not measured again', 'networks.jsonl')
  .option('--flag <flag>', 'a further flag of `lethe train`, as --flag=--name or --flag=value; several', (flag, all: string[]) => (
    [...all, flag]
  ), [])
  .option('--runs-dir <folder>', 'keep the runs there, each with its profile (default: they are removed)')
  .option('--table', 'print the table of what the file has, and measure nothing')
  .parse().opts<{
    condition: Condition[]; rounds: number; repeats: number; copySeconds: number; congestion?: string; connections: number;
    python?: string; out: string; runsDir?: string; flag: string[]; table?: true;
  }>();

function collect(text: string, earlier: Condition[]): Condition[] {
  try {
    return [...earlier, parseCondition(text)];
  } catch (error) {
    throw new InvalidArgumentError(errorMessage(error));
  }
}

async function measureAll(file: string, folder: string): Promise<void> {
  const { condition, runsDir, rounds, repeats, copySeconds, connections, congestion = null, python = null, flag } = options;
  const conditions = condition.length > 0 ? condition : CONDITIONS;
  const runsFolder = runsDir === undefined ? folder : resolve(INSTALLATION, runsDir);
  const reason = whyNoNetworks();
  if (reason !== null) throw new Error(`networks cannot be made here: ${reason}`);
  const programs = await compilePrograms(folder);
  let runs = 0;
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    for (const one of conditions) {
      if (timesMeasured(readMeasurements(file), one, { rounds, connections, congestion }) >= repeat) continue;
      console.error(`${describeCondition(one)} (${repeat} of ${repeats})`);
      runs += 1;
      const measured = await measureCondition(one, `network-${process.pid}-${runs}`, {
        programs, rounds, copySeconds, congestion, connections, python, runsFolder, flags: flag,
      });
      addMeasurement(file, measured);
    }
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => { process.exit(130); });
const file = resolve(INSTALLATION, options.out);
const folder = mkdtempSync(join(tmpdir(), 'lethe-networks-'));
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }); });
try {
  mkdirSync(dirname(file), { recursive: true });
  if (options.table !== true) await measureAll(file, folder);
  console.log(measurementTable(readMeasurements(file)));
} catch (error) {
  console.error(`error: ${errorMessage(error)}`);
  process.exitCode = 1;
}
