import type { ReadStream } from 'node:tty';
import { PLACED } from '@lethe/config';

/**
 * What was typed, without the word that says that a run has placed this process. With it, the end of its standard input asks this process
 * to end, as SIGTERM does: whoever placed it is gone. A worker reads its standard input itself.
 */
export function withoutPlaced(words: readonly string[], input: ReadStream): readonly string[] {
  if (words.at(-1) !== PLACED || words[0] === 'worker') return words;
  input.once('end', () => { process.kill(process.pid, 'SIGTERM'); });
  // Read for its end alone, which is nothing to stay alive for.
  input.resume().unref();
  return words.slice(0, -1);
}
