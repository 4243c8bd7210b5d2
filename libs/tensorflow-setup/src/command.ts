import { spawn } from 'node:child_process';

import { foreignText, LetheError } from '@lethe/errors';

/** How a command ended; `missing` means that there is no such program. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly output: string;
  readonly missing: boolean;
}

/** Everything a command inherits. */
export interface CommandOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a command to its end and keeps what it printed, for the message if it fails. */
export function runCommand(
  command: string,
  commandArguments: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal?.aborted) reject(new LetheError('INTERRUPTED', `${command} was interrupted.`));
      else if (error.code === 'ENOENT') resolve({ exitCode: null, output, missing: true });
      else reject(error);
    });
    child.on('close', (exitCode) => resolve({ exitCode, output, missing: false }));
  });
}

/** The last lines of a command's output: enough to see why it failed. */
export function lastLines(output: string, count = 8): string {
  return output.trim().split('\n').slice(-count).map(foreignText).join('\n');
}

/** The same options with temporary files in a given folder: /tmp is often a small memory disk. */
export function withTemporaryFolder(options: CommandOptions, folder: string): CommandOptions {
  return { ...options, environment: { ...options.environment, TMPDIR: folder } };
}
