import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { foreignText } from '@lethe/errors';
import { namesOf, type JoiningWorker } from './plan-joining.js';

/** The channel's message to a process of the group. */
export interface JoinStart {
  readonly type: 'join';
  readonly worker: JoiningWorker;
}

/** Where a group prints what its workers do. */
interface Output { readonly stdout: Writable; readonly stderr: Writable }

/** Signals that would end this process. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs workers of one machine, each in a process of its own, and waits for all of them. Their lines are printed with their names, signals
 * are passed on to all, and all end with this process, however it dies.
 *
 * @param program path of the main module
 * @returns exit code: 0 if all ended well, else that of the first that did not (128 + the signal, if one ended it)
 */
export async function runWorkerGroup(program: string, workers: readonly JoiningWorker[], output: Output): Promise<number> {
  const names = namesOf(workers);
  output.stdout.write(`${names.length} workers of this machine: ${names.join(', ')}\n`);
  const children = workers.map((worker, index) => startWorker(program, worker, names[index] ?? '', output));
  const passOn = (signal: NodeJS.Signals): void => { for (const child of children) child.kill(signal); };
  for (const signal of SIGNALS) process.on(signal, passOn);
  const codes = await Promise.all(children.map((child, index) => endOf(child, names[index] ?? '', output)));
  for (const signal of SIGNALS) process.off(signal, passOn);
  return codes.find((code) => code !== 0) ?? 0;
}

/** The address is an argument, for users who list processes; secrets go over the channel. */
function startWorker(program: string, worker: JoiningWorker, name: string, { stdout, stderr }: Output): ChildProcess {
  const child = fork(program, ['--join', worker.address], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  printLines(child.stdout, stdout, name);
  printLines(child.stderr, stderr, name);
  child.send({ type: 'join', worker } satisfies JoinStart, () => undefined); // one that is gone already is reported by its exit
  return child;
}

function printLines(from: Readable | null, to: Writable, name: string): void {
  if (from !== null) createInterface({ input: from }).on('line', (line) => { to.write(`${name}: ${foreignText(line)}\n`); });
}

function endOf(child: ChildProcess, name: string, { stdout, stderr }: Output): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stderr.write(`${name} did not start: ${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code, signal) => {
      const how = signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`;
      (code === 0 ? stdout : stderr).write(`${name} has ended: ${how}\n`);
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/** In a process of the group: what it is to do. It ends with the process that started it. */
export function receiveJoinStart(): Promise<JoiningWorker> {
  process.on('disconnect', () => process.exit(1));
  return new Promise((resolve) => process.once('message', (message) => { resolve((message as JoinStart).worker); }));
}
