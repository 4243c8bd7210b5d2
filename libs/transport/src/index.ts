export type {
  Connection,
  ConnectOptions,
  Incoming,
  Listener,
  ListenerSecurity,
  ListenOptions,
  MemberSecurity,
  Transport,
  TransportEvent,
  Trust,
} from './transport.js';
export { addressVia, nearAddress, outsideAddresses } from './address.js';
export { reachedAddress } from './reached-address.js';
export { loggedTransport } from './logged-transport.js';
export { createMemoryTransport } from './memory-transport.js';
export {
  createRunKeys,
  decodeJoinKey,
  decodeJoinToken,
  encodeJoinKey,
  encodeJoinToken,
  type RunKeys,
} from './security/keys.js';
export { createZeroMqTransport } from './zeromq/zeromq-transport.js';
