// Sends back what it gets: all that ZeroMQ can do with these peers and frames.
import { Router } from 'zeromq';
import { PIPE_MESSAGES } from './peers.js';

const router = new Router({ sendHighWaterMark: PIPE_MESSAGES, receiveHighWaterMark: PIPE_MESSAGES });
await router.bind(process.argv[2] ?? '');
process.send?.('ready');
for await (const frames of router) await router.send(frames);
