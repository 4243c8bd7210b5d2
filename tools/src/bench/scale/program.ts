import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { localProgram, INSTALLATION } from '@lethe/programs';

/** Starts one of the programs in this folder as a run starts its servers. */
export function startProgram(name: string, argument: string): ChildProcess {
  const { nodeFlags, environment } = localProgram('parameter-server');
  return fork(join(INSTALLATION, 'tools/dist', `${name}.js`), [argument], {
    execArgv: [...nodeFlags],
    env: { ...process.env, ...environment },
  });
}

/**
 * The next message of a program.
 *
 * @throws Error if it ends before.
 */
export async function nextMessage<Message>(program: ChildProcess): Promise<Message> {
  return untilEnd([program], async (signal) => {
    const [message] = await once(program, 'message', { signal }) as [Message];
    return message;
  });
}

/**
 * The result of work that needs these programs.
 *
 * @throws Error if one of them ends before.
 */
export async function untilEnd<Result>(programs: readonly ChildProcess[], work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const { signal } = over;
  const ends = programs.map(async (program): Promise<never> => {
    const [code] = await once(program, 'exit', { signal }) as [number | null];
    throw new Error(`a program of the measurement ended with ${String(code)}`);
  });
  try {
    return await Promise.race([work(signal), ...ends]);
  } finally {
    over.abort();
  }
}
