// Writes people/table.csv, a made table whose answer is known:
//   node make-people.mjs [FOLDER]
// `hired` follows the skill of a person and chance, and has nothing to do with `group`. Every column shows the group, two of them the
// skill as well: `test` is skill + lift, `school` is lift, and the lift depends on the group. So skill = test - school can be kept as it
// is, and features that have it, and nothing else, tell nothing of the group.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = 'people'] = process.argv.slice(2);
const ROWS = 24_000;
/** Deviation of the chance in hiring; the skill's is 1. The best rule is right in 1/2 + atan(1 / CHANCE) / pi = 85.2 % of the rows. */
const CHANCE = 0.5;
const LIFT = { green: -1.5, violet: 1.5 };

/** A generator of numbers from 0 to 1 with 32 bits of state (mulberry32), so that everybody gets the same table. */
let state = 1;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let bits = Math.imul(state ^ (state >>> 15), 1 | state);
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

const lines = ['test,school,district,hired,group,split'];
for (let row = 0; row < ROWS; row += 1) {
  const group = uniform() < 0.5 ? 'green' : 'violet';
  const skill = normal();
  const lift = LIFT[group] + normal();
  const district = LIFT[group] + 2 * normal();
  const hired = skill + CHANCE * normal() > 0 ? 'yes' : 'no';
  const numbers = [skill + lift, lift, district].map((number) => number.toFixed(4));
  lines.push([...numbers, hired, group, row % 4 === 0 ? 'test' : 'train'].join(','));
}
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'table.csv'), `${lines.join('\n')}\n`);
