import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION, localProgram } from '@lethe/programs';
import { COORDINATOR, type Summary } from '../bench/play-rounds.js';
import type { Host, Network } from './network.js';
import { endedWell, printedLine } from './printed-line.js';

export interface ApartRun {
  /** Name of its folder. */
  readonly name: string;
  readonly runsFolder: string;
  readonly rounds: number;
  /** Of `lethe train`. */
  readonly flags: readonly string[];
}

/** What is computed where decides nothing but the time: the same work is played on this machine with these flags and two workers. */
export const TWO_SHARDS = ['--shards', '2', '--threads', '1'];

/** What a run over a network was like. */
export interface Played {
  readonly roundMs: number;
  readonly weights: string;
  /** Means of a step, in milliseconds. */
  readonly step: Summary['step'];
  /** Messages that the coordinator sent again. */
  readonly sentAgain: number;
  /** Packets that TCP has sent again, on all hosts. */
  readonly retransmitted: number;
}

/**
 * Plays rounds of recipe `forget` with coordinator and server on one host, and a worker on each of the two others, which join by hand.
 *
 * @throws Error with what a process printed if it fails
 */
export async function playApart(network: Network, { name, runsFolder, rounds, flags }: ApartRun): Promise<Played> {
  const { hosts } = network;
  const before = retransmitted(network);
  const train = ['profile', '--recipe', 'forget', '--rounds', String(rounds), ...flags];
  const place = ['--name', name, '--runs-dir', runsFolder, '--listen', 'tcp://0.0.0.0:0', '--workers', '0', '--await-workers', '2'];
  const run = node(hosts.run, COORDINATOR, [...train, ...place]);
  const ended = [endedWell(run)];
  ended[0]?.catch(() => undefined); // it is awaited below, and no line may come before
  const [, line = ''] = await printedLine(run, /npx lethe worker (--join .+)\n/);
  const { entry } = localProgram('worker');
  for (const host of [hosts['worker-1'], hosts['worker-2']]) ended.push(endedWell(node(host, entry, line.split(' '))));
  await Promise.all(ended);
  const summary = JSON.parse(readFileSync(join(runsFolder, name, 'summary.json'), 'utf8')) as Summary;
  return {
    roundMs: summary.median_round_ms, weights: summary.weights_sha256, step: summary.step, sentAgain: summary.sent_again,
    retransmitted: retransmitted(network) - before,
  };
}

function node(host: Host, script: string, argv: readonly string[]): ReturnType<Host['start']> {
  return host.start(process.execPath, [script, ...argv], { cwd: INSTALLATION, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Segments that TCP has sent again so far, on all hosts. */
export function retransmitted({ hosts }: Network): number {
  return Object.values(hosts).reduce((sum, host) => {
    const [names = '', values = ''] = host.read('/proc/net/snmp').split('\n').filter((line) => line.startsWith('Tcp:'));
    return sum + Number(values.split(' ')[names.split(' ').indexOf('RetransSegs')] ?? 0);
  }, 0);
}
