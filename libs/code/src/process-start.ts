import { readFileSync } from 'node:fs';

/** When a process started, in the kernel's ticks since boot; null if that is unknown. */
export function processStart(processId: number): string | null {
  try {
    // The name in parentheses may contain spaces. The 20th field after it is the start.
    return readFileSync(`/proc/${processId}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
