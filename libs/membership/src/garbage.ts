import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage less often. Gradients and parameters lie outside of its heap, and as soon as they have become 64 MiB it
 * begins to mark that heap, small as it is: once a round, for 10 ms in the middle of it. Without that, short collections of
 * what is young free them just as well.
 */
export function collectGarbageSeldom(): void {
  setFlagsFromString('--no-incremental-marking');
}
