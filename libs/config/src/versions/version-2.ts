import { filledIn, type VersionStep } from './version-step.js';

/**
 * New: whether a run insists on the bits of the machines that it was begun on (before, every machine was taken), whether it may have
 * more processes than its machine has cores for (before, it might), and how much its data may be unpacked to (before, whatever they
 * were; few data are unpacked to more than what is usual now), and by which host a machine is joined (before, by one that it chose).
 */
export const toVersion2: VersionStep = (before) => filledIn(before, { 'cluster.strictBits': false, 'cluster.oversubscribe': true, 'data.unpackedGiB': 2, 'cluster.advertise': null });
