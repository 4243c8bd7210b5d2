import { gatherImages, type Preprocessing } from '@lethe/data';
import { errorCode, errorMessage } from '@lethe/errors';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RunNetworks } from '../networks/open-run-networks.js';
import { openRunData } from '../run/run-data.js';

/** Few, as they lie in the exported folder. */
const EXAMPLES = 8;
/** Numbers of a row are standardised: nearly all lie within these many deviations. */
const DEVIATIONS = 2;
const SEED = 1;

/** Examples that exported networks are checked by, and where they are from. */
export interface CheckExamples {
  /** Float32 [examples, height, width, channels], as a batch has them. */
  readonly images: Float32Array;
  readonly source: 'test examples' | 'made';
}

/** Some of the run's test examples, evenly spread; made ones, in the range of its inputs, where its data are gone or have changed. */
export async function checkExamples(
  networks: RunNetworks, { notice, signal }: { readonly notice: (line: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<CheckExamples> {
  const { description: { config, facts }, preprocessing } = networks;
  try {
    const { test, facts: { fingerprint } } = await openRunData(config, { cacheFolder: null, signal });
    if (fingerprint === facts.fingerprint) {
      const count = Math.min(EXAMPLES, test.count);
      const spread = Uint32Array.from({ length: count }, (_, index) => Math.floor((index * test.count) / count));
      notice(`check.npz holds ${count} of the run's test examples: leave it out where nobody is to see them`);
      return { images: gatherImages(test, spread), source: 'test examples' };
    }
    notice(`${networks.run.name}: its data have changed since it was trained, so that check.npz gets made inputs`);
  } catch (error) {
    if (errorCode(error) === undefined || errorCode(error) === 'INTERRUPTED') throw error;
    notice(`check.npz gets made inputs: ${errorMessage(error)}`);
  }
  const { height, width, channels } = facts.shape;
  return { images: madeInputs(preprocessing, EXAMPLES * height * width * channels), source: 'made' };
}

/** Bytes of images as networks see them, or numbers as standardised ones are. */
function madeInputs(preprocessing: Preprocessing, count: number): Float32Array {
  const generator = xoroshiro128plus(SEED);
  return new Float32Array(count).map(() => {
    const byte = uniformInt(generator, 0, 255);
    return 'divisor' in preprocessing && preprocessing.divisor !== 1
      ? byte / preprocessing.divisor + preprocessing.shift
      : DEVIATIONS * (byte / 127.5 - 1);
  });
}
