import { probedAttribute } from '@lethe/data';
import { principalDirection } from '@lethe/evaluation';
import type { ShownFeatures } from '@lethe/report';
import { EXAMPLES_AT_ONCE } from '../local-cluster/open-cluster.js';
import type { MeasuredRun } from './measured-run.js';
import type { MeasuringWork } from './measuring-work.js';
import { placesOnPlane } from './places-on-plane.js';

/** Test examples whose features are shown along one direction, and on a map. */
const [MOST_SHOWN, MOST_MAPPED] = [20_000, 2000];
/** Numbers of their features, of long ones. */
const MOST_NUMBERS = 2 ** 24;
/** Beside what the probes cost. */
const MAP_COST = 5;

/** The features of test examples as pictures show them. They are laid out here while the workers measure. */
export async function attributeFeatures({ cluster, description, data }: MeasuredRun, work: MeasuringWork): Promise<ShownFeatures> {
  const { facts, objective: { encodedSize: size } } = description;
  const shown = Math.min(MOST_SHOWN, data.test.count, Math.max(1, Math.floor(MOST_NUMBERS / size)));
  const done = work.expect('laying the features out on a map', MAP_COST);
  const values = new Float32Array(shown * size);
  for (const [index, part] of (await cluster.evaluations.ofExamples('encode', 'test', shown, EXAMPLES_AT_ONCE)).entries())
    values.set(part, index * EXAMPLES_AT_ONCE * size);
  const direction = size === 1 ? [1] : await principalDirection({ values, size });
  // Of a list that is sorted the first examples would be of one kind.
  const mapped = Uint32Array.from({ length: Math.min(MOST_MAPPED, shown) }, (_, place, count = Math.min(MOST_MAPPED, shown)) => (
    Math.floor((place * shown) / count)
  ));
  const rows = new Float32Array(mapped.length * size);
  for (const [row, example] of mapped.entries()) rows.set(values.subarray(example * size, (example + 1) * size), row * size);
  const places = size === 1 ? null : await placesOnPlane({ control: cluster.control }, { values: rows, size }, mapped.length);
  done();
  const names = [...facts.kept, ...facts.forgotten].map(({ name }) => name);
  return {
    projection: direction === null ? null : Float64Array.from({ length: shown }, (_, example) => (
      direction.reduce((sum, part, place) => sum + part * (values[example * size + place] as number), 0)
    )),
    places: places?.map(({ example, ...place }) => ({ ...place, example: mapped[example] ?? 0 })) ?? null,
    categories: Object.fromEntries(names.map((name) => [name, probedAttribute(data.test, facts, name).labels.subarray(0, shown)])),
  };
}
