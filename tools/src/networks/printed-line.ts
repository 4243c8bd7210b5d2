import type { ChildProcess } from 'node:child_process';

/**
 * What a process prints first that fits the pattern, on standard output.
 *
 * @throws Error with all that it printed if it ends before
 */
export function printedLine(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      printed += bytes.toString();
      const found = pattern.exec(printed);
      if (found !== null) resolve(found);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const ended = `${child.spawnargs.slice(0, 6).join(' ')} ended with ${code ?? 'a signal'}`;
      reject(new Error(`${ended} and printed no ${pattern.source}: ${printed}`));
    });
  });
}

/** Waits until a process has ended well. @throws Error with the end of what it printed otherwise */
export function endedWell(child: ChildProcess): Promise<string> {
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => { printed += bytes.toString(); });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${child.spawnargs.slice(0, 6).join(' ')} ended with ${code ?? 'a signal'}: ${printed.slice(-2000)}`));
    });
  });
}
