import { filledIn, type VersionStep } from './version-step.js';

/** New: whether a run insists on the bits of the machines that it was begun on. Before, every machine was taken. */
export const toVersion2: VersionStep = (before) => filledIn(before, { 'cluster.strictBits': false });
