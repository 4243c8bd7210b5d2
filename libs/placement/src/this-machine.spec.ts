import { hostname } from 'node:os';
import { placementConformance } from '../testing/placement-conformance.js';
import { ThisMachine } from './index.js';

placementConformance('this machine', () => Promise.resolve({ placement: new ThisMachine(process.env), hosts: [hostname()] }));
