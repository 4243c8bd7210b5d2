import { usableCores } from '@lethe/config';
import { nextMessage, startProgram } from './program.js';
import type { WorkersOrder, WorkersMessage } from './messages.js';

/** One core for its workers, one for ZeroMQ. */
const CORES_OF_PROCESS = 2;

/**
 * Plays all workers of a measurement, in as many processes as the machine has cores for.
 *
 * @returns the seconds that the measured rounds took
 */
export async function playWorkers(order: Omit<WorkersOrder, 'from' | 'to'>): Promise<number> {
  const count = Math.min(order.workers, Math.max(1, Math.floor(usableCores() / CORES_OF_PROCESS)));
  const edge = (index: number): number => Math.round((index * order.workers) / count);
  const programs = Array.from({ length: count }, (_, index) =>
    startProgram('workers-process', JSON.stringify({ ...order, from: edge(index), to: edge(index + 1) } satisfies WorkersOrder)),
  );
  try {
    await Promise.all(programs.map((program) => nextMessage<WorkersMessage>(program)));
    const messages = programs.map((program) => nextMessage<WorkersMessage>(program));
    for (const program of programs) program.send('go');
    const played = (await Promise.all(messages)).filter((message) => message.kind === 'played');
    const began = played.reduce((first, { beganMs }) => Math.min(first, beganMs), Infinity);
    return (played.reduce((last, { endedMs }) => Math.max(last, endedMs), 0) - began) / 1000;
  } finally {
    for (const program of programs) program.kill('SIGKILL');
  }
}
