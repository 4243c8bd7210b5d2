// Sends back what it gets: all that ZeroMQ can do with these peers and frames.
import { Router } from 'zeromq';
import { ECHO_SOCKET } from './peers.js';

const router = new Router(ECHO_SOCKET);
await router.bind(process.argv[2] ?? '');
process.send?.('ready');
for await (const frames of router) await router.send(frames);
