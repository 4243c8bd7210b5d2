import type { ReadStream } from 'node:tty';

/** Asks this process to end, as SIGTERM does, when its standard input ends: whoever placed it is gone. */
export function endWithInput(input: ReadStream): void {
  input.once('end', () => { process.kill(process.pid, 'SIGTERM'); });
  // Read for its end alone, which is nothing to stay alive for.
  input.resume().unref();
}
