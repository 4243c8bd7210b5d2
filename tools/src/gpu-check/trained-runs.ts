import { errorMessage } from '@lethe/errors';
import { playRounds, type Summary } from '../bench/play-rounds.js';
import type { Checked } from './choose-devices.js';
import type { Finding } from './report.js';

export interface TrainingOptions {
  readonly checked: Checked;
  readonly rounds: number;
  readonly runsFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface Played { readonly name: string; readonly summary: Summary }

/** Number of images in a round. */
const BATCH = 256;

/** Whether one worker and two end with the same bits; if not, whether one worker ends with its own bits again. */
export async function sameBits(options: TrainingOptions): Promise<Finding> {
  const [one, two] = [await play(options, 1, 4), await play(options, 2, 4)];
  const again = one.summary.weights_sha256 === two.summary.weights_sha256 ? [] : [await play(options, 1, 4, ', again')];
  const lines = [...new Set([one, two, ...again].map(({ name, summary }) => `${summary.weights_sha256} ${name}`))];
  return { part: 'bits', passed: again.length === 0, lines: [...lines, ...[one, two, ...again].map(speedOf)] };
}

/** The other rows of the benchmark: one shard, and up to as many workers as there are cards of this kind. */
export async function moreSpeed(options: TrainingOptions): Promise<Finding> {
  const cards = options.checked.kind === 'gpu' ? options.checked.cards.length : 1;
  const played = [await play(options, 1, 1)];
  for (const workers of [4, 8].filter((count) => count <= cards)) played.push(await play(options, workers, workers));
  return { part: 'speed', passed: true, lines: played.map(speedOf) };
}

async function play(
  { checked, rounds, runsFolder, environment }: TrainingOptions,
  workers: number,
  shards: number,
  suffix = '',
): Promise<Played> {
  const cards = checked.kind === 'gpu' ? checked.cards.slice(0, workers) : [];
  const where = checked.kind === 'cpu' ? 'on the processors' : `on ${cards.length} of ${checked.cards[0]?.model ?? ''}`;
  const name = `${workers} ${workers === 1 ? 'worker' : 'workers'} ${where}, ${shards} ${shards === 1 ? 'shard' : 'shards'}${suffix}`;
  const flags = [
    '--engine',
    'native',
    '--threads',
    '1',
    '--workers',
    String(workers),
    '--shards',
    String(shards),
    ...(checked.kind === 'gpu' && cards.length < workers ? ['--share-gpus'] : []),
  ];
  const visible = checked.kind === 'cpu' ? '-1' : cards.map(({ id }) => id).join(',');
  try {
    const summary = await playRounds({
      recipe: 'article',
      name: name.replaceAll(/\W+/g, '-'),
      runsFolder,
      rounds,
      flags,
      environment: { ...environment, CUDA_VISIBLE_DEVICES: visible },
    });
    return { name, summary };
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw new Error(`${name}: ${said === undefined || said === '' ? errorMessage(error) : said}`, { cause: error });
  }
}

function speedOf({ name, summary }: Played): string {
  const { median_round_ms: ms, resident_mb: megabytes } = summary;
  const speed = ms > 0 ? `${ms.toFixed(1)} ms a round, ${Math.round((BATCH * 1000) / ms)} images/s` : 'too few rounds to be timed';
  return `${name}: ${speed}; memory of a worker ${megabytes.worker} MB, of the server ${megabytes['parameter-server']} MB`;
}
