import { AlikeLines, type Log } from '@lethe/telemetry/log';
import type { Transport, TransportEvent } from './transport.js';

type OnEvent = (event: TransportEvent) => void;

const LEVELS = {
  retried: 'debug', connected: 'info', disconnected: 'info', refused: 'warn', dropped: 'warn',
} as const satisfies Readonly<Record<TransportEvent['kind'], keyof Log>>;

/** The transport whose events are written into the log, besides being reported to whoever asks for them. */
export function loggedTransport(transport: Transport, log: Log): Transport {
  const alike = new AlikeLines();
  const logged = (onEvent: OnEvent | undefined): OnEvent => (event) => {
    const { kind, address, message } = event;
    const unwritten = alike.count(`${kind} ${address}`);
    if (unwritten !== null) log[LEVELS[kind]]({ event: kind, address, ...(unwritten === 0 ? {} : { unwritten }) }, message);
    onEvent?.(event);
  };
  return {
    listen: (address, options) => transport.listen(address, { ...options, onEvent: logged(options?.onEvent) }),
    connect: (address, options) => transport.connect(address, { ...options, onEvent: logged(options.onEvent) }),
  };
}
