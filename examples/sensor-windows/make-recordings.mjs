// Writes recordings/, made signals of a sensor whose answer is known:
//   node make-recordings.mjs [FOLDER]
// A window is 64 samples of two axes. What somebody does decides the frequency and how the axes lie to each other. The device that
// records has a gain, an offset and a hum of its own, which say nothing of what is done.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = 'recordings'] = process.argv.slice(2);
const WINDOWS = 1200;
const SAMPLES = 64;
const AXES = 2;

/** Cycles in a window, and how far the second axis lies behind the first, in cycles. */
const ACTIVITIES = { walking: [3, 0], running: [6, 0], cycling: [3, 0.25], rowing: [6, 0.25] };
/** Gain, offset, and cycles of the hum in a window. */
const DEVICES = { amber: [0.7, -0.4, 18], birch: [1, 0.3, 22], cedar: [1.5, 0.1, 26], dune: [1.2, -0.2, 20] };
const HUM = 0.5;
const NOISE = 0.4;

/** A generator of numbers from 0 to 1 with 32 bits of state (mulberry32), so that everybody gets the same signals. */
let state = 2;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let bits = Math.imul(state ^ (state >>> 15), 1 | state);
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const wave = (cycles, sample, phase) => Math.sin(2 * Math.PI * (cycles * sample / SAMPLES + phase));

mkdirSync(folder, { recursive: true });
for (const [device, [gain, offset, hum]] of Object.entries(DEVICES)) {
  const names = Object.keys(ACTIVITIES);
  const activities = Array.from({ length: WINDOWS }, () => names[Math.floor(uniform() * names.length)]);
  const signals = new Float32Array(WINDOWS * SAMPLES * AXES);
  activities.forEach((activity, window) => {
    const [cycles, lag] = ACTIVITIES[activity];
    const [begun, humming] = [uniform(), uniform()];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      for (let axis = 0; axis < AXES; axis += 1) {
        const moved = wave(cycles, sample, begun - axis * lag) + NOISE * normal();
        signals[(window * SAMPLES + sample) * AXES + axis] = gain * (moved + HUM * wave(hum, sample, humming)) + offset;
      }
    }
  });
  writeFileSync(join(folder, `${device}.f32`), new Uint8Array(signals.buffer));
  writeFileSync(join(folder, `${device}.json`), JSON.stringify({ samples: SAMPLES, axes: AXES, activities }));
}
