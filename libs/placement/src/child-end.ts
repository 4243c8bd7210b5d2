import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessEnd } from './placement.js';

/** Characters of what a process wrote last to standard error: its error, with a trace. */
export const LAST_ERRORS = 10_000;

/** Where a child of this process prints to. */
export interface Printed {
  readonly stdout: number | 'ignore';
  readonly stderr: number | 'pipe';
  /** File for messages; null: there is none. */
  readonly file: string | null;
}

/** Opens the file that takes what a child prints; `endOf` closes it. @throws whatever the file system says */
export function openPrinted(file: string | null): Printed {
  if (file === null) return { stdout: 'ignore', stderr: 'pipe', file };
  mkdirSync(dirname(file), { recursive: true });
  const opened = openSync(file, 'a');
  return { stdout: opened, stderr: opened, file };
}

/** Closes it here; a child has its own descriptor of it. */
export function closePrinted({ stdout }: Pick<Printed, 'stdout'>): void {
  if (stdout !== 'ignore') closeSync(stdout);
}

/** Waits for the end of a child of this process. */
export function endOf(child: ChildProcess, printed: Printed): Promise<ProcessEnd> {
  const { file } = printed;
  closePrinted(printed);
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => { errors = (errors + text.toString()).slice(-LAST_ERRORS); });
  // A child that is gone takes no message: its end says so.
  child.stdin?.on('error', () => undefined);
  return new Promise((resolve) => {
    const end = (code: number | null, how: string): void => {
      resolve({ code, how: file === null ? how : `${how}; it printed to ${file}`, errors });
    };
    child.once('error', (error) => { end(null, `it did not start (${error.message})`); });
    child.once('close', (code, signal) => { end(code, signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`); });
  });
}
