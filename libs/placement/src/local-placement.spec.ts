import { hostname } from 'node:os';
import { placementConformance } from '../testing/placement-conformance.js';
import { LocalPlacement } from './index.js';

placementConformance('this machine', () => Promise.resolve({ placement: new LocalPlacement(process.env), hosts: [hostname()] }));
