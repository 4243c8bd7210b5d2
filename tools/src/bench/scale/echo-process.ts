// Sends back what it receives: the greatest speed that ZeroMQ has with these processes and frames.
import { Router } from 'zeromq';
import { ECHO_SOCKET } from './messages.js';

const router = new Router(ECHO_SOCKET);
await router.bind(process.argv[2] ?? '');
process.send?.('ready');
for await (const frames of router) await router.send(frames);
