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
 * every split. The frequencies of the classes in the leaves of a test vector are averaged. Where classes are to weigh alike, it is these
 * votes that are weighed: leaves of unpruned trees are of one class, whatever its examples weigh. A pure function of its arguments.
 *
 * @returns log-probabilities, float32 [test examples, classes], of (sum of the trees' frequencies + 1/K) / 201, before they are weighed
 * @throws LetheError CONFIG_INVALID for more classes than a key of the splitter can hold
 */
export async function forest({ train: all, test, classes }: ProbeData, { seed, balanced }: ProbeTraining): Promise<Float32Array> {
  checkProbes(['forest'], classes);
  const train = boundedVectors(all, 1, seed);
  const generator = xoroshiro128plus(seed);
  const tree = new ClassTree(binVectors(train, test, MOST_BINS), { labels: train.labels, classes, generator });
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
  if (balanced) return weighed(sums, classWeights(train.labels, classes, balanced));
  return Float32Array.from(sums, (sum) => Math.log(sum / (TREES + 1)));
}

/** Log-probabilities of weighed votes, float32 [examples, classes]. `weights`: [classes]. */
function weighed(sums: Float64Array, weights: Float64Array): Float32Array {
  const classes = weights.length;
  const result = new Float32Array(sums.length);
  for (let first = 0; first < sums.length; first += classes) {
    const votes = weights.map((weight, label) => weight * (sums[first + label] as number));
    const all = votes.reduce((sum, vote) => sum + vote, 0);
    result.set(votes.map((vote) => Math.log(vote / all)), first);
  }
  return result;
}
