import { setTimeout } from 'node:timers/promises';
import { describeCondition, type Condition } from './condition.js';
import type { NativePrograms } from './native-programs.js';
import type { Host, HostName, Network } from './network.js';
import { endedWell, printedLine } from './printed-line.js';

/** What a network was found to be like, before anything was measured in it. */
export interface FoundNetwork {
  /** Least and mean of a round trip, by ping. */
  readonly pingMs: { readonly least: number; readonly mean: number };
  /** Of a plain copy over one connection, from the run's host to a worker's and back. */
  readonly copyMegabits: { readonly down: number; readonly up: number };
  /** Of the packets of a ping, in percent of those of each direction. */
  readonly lostPercent: number;
}

export interface CheckEffort {
  /** Of each of two copies. */
  readonly copySeconds: number;
  /** By which losses are counted, where there are any. */
  readonly pings: number;
}

/** A packet that takes longer than this beyond the round trip that was asked for, at its fastest, shows another network. */
const PATH_MS = 0.5;
/** Of a plain copy, where nothing is lost and the far end is near: headers take 5 %, and other processes of the machine some. */
const LEAST_OF_RATE = 0.75;
const NEAR_MS = 10;
const STEADY_PINGS = 20;
/** That are under way at a time, where losses are counted. */
const PINGS_AT_ONCE = 20;
const ATTEMPTS = 3;
const COPY_PORT = 7000;

/**
 * Shows by ping and by a plain copy that a network is as it was asked for.
 *
 * @throws Error that says what was found instead
 */
export async function checkNetwork(
  network: Network, condition: Condition, { copy }: NativePrograms, { copySeconds, pings }: CheckEffort,
): Promise<FoundNetwork> {
  let wrong = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await setTimeout(1000); // the machine was busy with something else
    const pingMs = await ping(network);
    const loss = condition.lossPercent === 0 ? { packets: 0, lost: 0 } : await floodPing(network, pings);
    const down = await copyBetween(network, ['run', 'worker-1'], copy, copySeconds);
    const up = await copyBetween(network, ['worker-1', 'run'], copy, copySeconds);
    const found = { pingMs, copyMegabits: { down, up }, lostPercent: loss.packets === 0 ? 0 : (100 * loss.lost) / loss.packets };
    wrong = whatIsWrong(condition, found, loss);
    if (wrong === '') return found;
  }
  throw new Error(`the network is not as it was asked for (${describeCondition(condition)}): ${wrong}`);
}

function whatIsWrong({ roundTripMs, megabits, lossPercent }: Condition, found: FoundNetwork, loss: Losses): string {
  const { pingMs: { least }, copyMegabits } = found;
  if (least < roundTripMs || least > roundTripMs + PATH_MS) return `a round trip takes ${least} ms at least`;
  const rates = Object.values(copyMegabits);
  if (rates.some((rate) => rate > 1.05 * megabits)) return `a copy has ${rates.join(' and ')} Mbit/s`;
  const isPlain = lossPercent === 0 && roundTripMs <= NEAR_MS;
  if (isPlain && rates.some((rate) => rate < LEAST_OF_RATE * megabits)) return `a copy has only ${rates.join(' and ')} Mbit/s`;
  const expected = (loss.packets * lossPercent) / 100;
  // Four deviations of a number of random events: one check in ten thousand would fail by chance.
  const isFar = Math.abs(loss.lost - expected) > 4 * Math.sqrt(expected) + 1;
  return isFar ? `${loss.lost} of ${loss.packets} packets are lost` : '';
}

async function ping({ hosts }: Network): Promise<FoundNetwork['pingMs']> {
  const printed = await endedWell(piped(hosts.run, 'ping', ['-q', '-c', String(STEADY_PINGS), '-i', '0.02', hosts['worker-1'].address]));
  const [, least = NaN, mean = NaN] = (/= ([\d.]+)\/([\d.]+)\//.exec(printed) ?? []).map(Number);
  return { least, mean };
}

interface Losses {
  readonly packets: number;
  readonly lost: number;
}

async function floodPing(network: Network, pings: number): Promise<Losses> {
  const { hosts } = network;
  const before = network.counters();
  const flood = ['-q', '-f', '-l', String(PINGS_AT_ONCE), '-c', String(pings)];
  await endedWell(piped(hosts.run, 'ping', [...flood, hosts['worker-1'].address]));
  const after = network.counters();
  return { packets: after.packets - before.packets, lost: after.lost - before.lost };
}

/** Millions of bits a second. */
async function copyBetween({ hosts }: Network, [from, to]: [HostName, HostName], copy: string, seconds: number): Promise<number> {
  const { address } = hosts[to];
  const receiver = piped(hosts[to], copy, ['receive', address, String(COPY_PORT)]);
  const received = endedWell(receiver);
  received.catch(() => undefined); // it is awaited below, and the sender may fail before
  await printedLine(receiver, /ready/);
  await endedWell(piped(hosts[from], copy, ['send', address, String(COPY_PORT), String(seconds)]));
  const [, bytes = 0, took = NaN] = (/(\d+) bytes in ([\d.]+) s/.exec(await received) ?? []).map(Number);
  return Math.round((8 * bytes) / took / 1e5) / 10;
}

function piped(host: Host, command: string, argv: readonly string[]): ReturnType<Host['start']> {
  return host.start(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
}
