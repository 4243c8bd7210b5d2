import { ENDING_SIGNALS } from './ending-signals.js';

/** Ctrl-\ too leaves a terminal behind. */
const SIGNALS: readonly NodeJS.Signals[] = [...ENDING_SIGNALS, 'SIGQUIT'];

/**
 * Closes what shows progress on every way out of this process that can be heard: a bar has switched the wrapping of lines off, and a
 * terminal would keep that. A signal that nothing else hears ends the process as it would have without this.
 * @returns closes it now
 */
export function closeOnTheWayOut(shown: { close(): void }): () => void {
  const close = (): void => {
    process.off('exit', close);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    shown.close();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    close();
    process.kill(process.pid, signal);
  };
  process.on('exit', close);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return close;
}
