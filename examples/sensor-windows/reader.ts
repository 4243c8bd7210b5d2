// Reads windows of a sensor: of each device NAME.f32, samples one after another as float32, and NAME.json, what was done in each window.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineData, z } from '@lethe/lethe/game';

const recordingSchema = z.strictObject({ samples: z.int().min(1), axes: z.int().min(1), activities: z.array(z.string()) });

export default defineData({
  name: 'windows',
  settings: z.strictObject({
    /** Device whose windows nothing is learnt from: all of them are test examples, and of none is the device asked for. */
    leaveOut: z.string().nullable().default(null),
  }),

  read: async ({ folder, settings }) => {
    const devices = (await readdir(folder)).filter((file) => file.endsWith('.f32')).map((file) => file.slice(0, -'.f32'.length)).sort();
    const recordings = await Promise.all(devices.map((device) => readRecording(folder, device)));
    const windows = recordings.flatMap(({ device, activities }) => activities.map((activity, window) => ({ device, activity, window })));
    const { samples, axes } = recordings[0] ?? { samples: 1, axes: 1 };
    return {
      inputs: { shape: [samples, axes], values: joined(recordings.map(({ signals }) => signals)) },
      attributes: {
        activity: windows.map(({ activity }) => activity),
        device: windows.map(({ device }) => (device === settings.leaveOut ? null : device)),
      },
      label: 'activity',
      // Every fourth window of the others tests too.
      splits: windows.map(({ device, window }) => (device === settings.leaveOut || window % 4 === 0 ? 'test' : 'train')),
      where: (example) => `${windows[example]?.device}.json, window ${windows[example]?.window}`,
    };
  },
});

async function readRecording(folder: string, device: string) {
  const { samples, axes, activities } = recordingSchema.parse(JSON.parse(await readFile(join(folder, `${device}.json`), 'utf8')));
  const bytes = await readFile(join(folder, `${device}.f32`));
  const signals = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  if (signals.length !== activities.length * samples * axes) {
    const expected = `${activities.length} windows of ${samples} x ${axes} numbers`;
    throw new Error(`${device}.f32: expected ${expected}, found ${signals.length} numbers`);
  }
  return { device, samples, axes, activities, signals };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
}
