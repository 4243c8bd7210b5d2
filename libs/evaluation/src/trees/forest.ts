import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { checkProbes } from '../probes/check-probes.js';
import { classWeights, type ProbeData, type ProbeTraining } from '../probes/probe-data.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { binVectors } from './binned-vectors.js';
import { boundedVectors } from './bounded-vectors.js';
import { ClassTree } from './class-tree.js';
import { MOST_BINS, MOST_WEIGHT } from './node-splitter.js';

const TREES = 200;

/**
 * A random forest: 200 unpruned trees, each from a bootstrap of the training vectors, with the best of sqrt(size) drawn dimensions at
 * every split. The frequencies of the classes in the leaves of a test vector are averaged. A pure function of its arguments.
 *
 * @returns log-probabilities, float32 [test examples, classes], of (sum of the trees' frequencies + 1/K) / 201
 * @throws LetheError CONFIG_INVALID for more classes than a key of the splitter can hold
 */
export async function forest({ train: all, test, classes }: ProbeData, { seed, balanced }: ProbeTraining): Promise<Float32Array> {
  checkProbes(['forest'], classes);
  const train = boundedVectors(all, 1, seed);
  const generator = xoroshiro128plus(seed);
  const tree = new ClassTree(binVectors(train, test, MOST_BINS), {
    labels: train.labels, weights: classWeights(train.labels, classes, balanced), generator,
  });
  const sums = new Float64Array(test.labels.length * classes).fill(1 / classes);
  const drawn = new Uint8Array(train.labels.length);
  for (let each = 0; each < TREES; each += 1) {
    drawn.fill(0);
    for (let draw = 0; draw < drawn.length; draw += 1) {
      const example = uniformInt(generator, 0, drawn.length - 1);
      drawn[example] = Math.min(MOST_WEIGHT, (drawn[example] as number) + 1);
    }
    tree.addTree(drawn, sums);
    await yieldToEventLoop();
  }
  return Float32Array.from(sums, (sum) => Math.log(sum / (TREES + 1)));
}
