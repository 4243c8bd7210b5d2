import { LetheError } from '@lethe/errors';

import type { Gpu } from './plan-devices.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What schedulers write where a job has no GPU. */
const NO_DEVICE = /^(-\d+|NoDevFiles|none|void)$/i;
const ID = /^(GPU|MIG)-./;

/**
 * The GPUs of a machine that this process may use, as its environment says: that of a scheduler, a container or a sweep's slot.
 *
 * `CUDA_VISIBLE_DEVICES` lists them by number (as nvidia-smi counts), id or the beginning of an id; a card that is divided stands for its
 * parts. Ids in `NVIDIA_VISIBLE_DEVICES` count too, but numbers there are the host's, which a container cannot resolve.
 *
 * @returns in the order of the list
 * @throws LetheError DEVICE_PLAN_INVALID for what this machine does not have
 */
export function visibleGpus(found: readonly Gpu[], environment: Environment): readonly Gpu[] {
  const given = gpusOfContainer(found, environment['NVIDIA_VISIBLE_DEVICES'] ?? '');
  const list = environment['CUDA_VISIBLE_DEVICES'];
  return list === undefined || given.length === 0 ? given : selectGpus(given, list, 'CUDA_VISIBLE_DEVICES');
}

/**
 * The GPUs of a list like that of `CUDA_VISIBLE_DEVICES`.
 *
 * @param where the setting that has the list, for messages
 * @throws LetheError DEVICE_PLAN_INVALID
 */
export function selectGpus(found: readonly Gpu[], list: string, where: string): readonly Gpu[] {
  const entries = list.split(',').map((entry) => entry.trim());
  // CUDA ignores the first entry that names no device, and all that follow it. The only entry of an empty list names none.
  const end = entries.findIndex((entry) => entry === '' || NO_DEVICE.test(entry));
  const selected = (end === -1 ? entries : entries.slice(0, end)).flatMap((entry) => gpusOfEntry(found, entry, where));
  const twice = selected.find((gpu, index) => selected.indexOf(gpu) !== index);
  if (twice !== undefined) throw problem(where, 'each GPU once', `${twice.id} twice in "${list}"`);
  return selected;
}

function gpusOfEntry(found: readonly Gpu[], entry: string, where: string): readonly Gpu[] {
  const matching = /^\d+$/.test(entry)
    ? found.filter(({ index }) => index === Number(entry))
    : ID.test(entry) ? found.filter(({ id, card }) => id.startsWith(entry) || card.startsWith(entry)) : [];
  const meant = new Set(matching.map(({ id, card }) => (id.startsWith(entry) ? id : card)));
  if (matching.length > 0 && (meant.size === 1 || /^\d+$/.test(entry))) return matching;
  const known = found.map(({ index, id, model }) => `${index} (${model}, ${id})`).join(', ');
  const ambiguity = meant.size > 1 ? `, which is the beginning of ${meant.size} of them` : '';
  throw problem(where, `GPUs of this machine: ${known === '' ? 'there are none' : known}`, `"${entry}"${ambiguity}`);
}

function gpusOfContainer(found: readonly Gpu[], list: string): readonly Gpu[] {
  const ids = list.split(',').map((entry) => entry.trim());
  return ids.every((id) => ID.test(id)) ? found.filter((gpu) => ids.includes(gpu.id) || ids.includes(gpu.card)) : found;
}

function problem(where: string, expected: string, found: string): LetheError {
  return new LetheError('DEVICE_PLAN_INVALID', `${where}: expected ${expected}, found ${found}`);
}
