/** What asks a process to end. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The same signal again within this time is the same request: one to the whole process group comes once itself and once passed on by
 * whoever started this process.
 */
const ECHO_MS = 500;

/**
 * Hears each request to end this process once, until the returned function is called. SIGHUP announces an end that comes by itself: a
 * terminal is closed, a scheduler wants its machine. To a process that has been asked before it says nothing new, and hurries nobody.
 * @returns hears no more
 */
export function hearEndingSignals(heard: (signal: NodeJS.Signals) => void): () => void {
  let last = { signal: '', atMs: Number.NEGATIVE_INFINITY };
  const onSignal = (signal: NodeJS.Signals): void => {
    const before = last;
    if (signal === 'SIGHUP' && before.signal !== '') return;
    last = { signal, atMs: performance.now() };
    if (signal !== before.signal || last.atMs - before.atMs >= ECHO_MS) heard(signal);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  return () => { for (const signal of ENDING_SIGNALS) process.off(signal, onSignal); };
}
