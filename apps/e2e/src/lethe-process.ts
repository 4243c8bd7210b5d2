import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** In the environment of every process that this test file starts, and of their children: files are tested side by side. */
const MARK = `LETHE_TEST=${randomUUID()}`;
const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
/** The coordinator's program. */
export const COORDINATOR = `${WORKSPACE}apps/coordinator/dist/main.js`;

export interface Ended { readonly code: number | null; readonly output: string; readonly milliseconds: number }

/** Hears all that a process has printed whenever it prints more, and may answer to it. */
type OnOutput = (text: string, signal: (name: NodeJS.Signals) => void, closeOutput: () => void) => void;

/**
 * The coordinator's process (or, for `worker`, the worker's), as `lethe` starts it.
 * @param node what runs it
 */
export function lethe(
  argv: readonly string[], onOutput: OnOutput = () => undefined, node: readonly string[] = [process.execPath],
): Promise<Ended> {
  const started = performance.now();
  const [command = '', ...given] = node;
  // As the Nx target of a command starts it: INIT_CWD says where the user typed.
  const target = { NX_TASK_TARGET_PROJECT: '@lethe/coordinator', NX_TASK_TARGET_TARGET: argv[0] };
  const env = { ...process.env, ...target, LETHE_TEST: MARK.split('=')[1] };
  const child = spawn(command, [...given, ...program(argv)], { cwd: WORKSPACE, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (text: Buffer): void => {
    output += text.toString();
    onOutput(output, (name) => child.kill(name), () => {
      child.stdout.destroy();
      child.stderr.destroy();
    });
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve) => child.once('close', (code) => { resolve({ code, output, milliseconds: performance.now() - started }); }));
}

function program(argv: readonly string[]): string[] {
  return argv[0] === 'worker' ? ['apps/worker/dist/main.js', ...argv.slice(1)] : ['apps/coordinator/dist/main.js', ...argv];
}

/** Workers and servers of this test file that are running. */
export function letheProcesses(): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).flatMap((id) => {
    try {
      const command = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isOurs = readFileSync(`/proc/${id}/environ`, 'utf8').includes(MARK);
      return isOurs && /apps\/(worker|parameter-server)\/dist\/main\.js/.test(command) ? [`${id} ${command}`] : [];
    } catch {
      return [];
    }
  });
}
