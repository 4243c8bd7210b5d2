import { isImage, probedAttribute } from '@lethe/data';
import { redrawnAttribute, redrawnColumns, toldAttributes, type RedrawnAttribute, type ToldAttribute } from '@lethe/evaluation';
import { findJudge } from './find-judge.js';
import type { MeasuredRun, MeasureOptions } from './measured-run.js';
import type { MeasuringWork } from './measuring-work.js';

/** Seconds that a chunk of redrawn images takes about, and test images that one task redraws. */
const [SWAP_COST, SWAP_CHUNK] = [0.5, 500];

interface WithWork extends Pick<MeasureOptions, 'cache'> { readonly work: MeasuringWork }

/**
 * Has judges read what test images become when the decoder is told another value of an attribute, of each that it is told; the same for
 * any number of workers. It is expected from now on. @returns begins with it; null: the game redraws no images
 */
export function expectRedrawn(run: MeasuredRun, measuring: WithWork): (() => Promise<RedrawnAttribute[]>) | null {
  const { objective, facts } = run.description;
  const told = toldAttributes(run.description);
  if (objective.decode === null || !isImage(facts.shape) || told.length === 0) return null;
  const expected = told.map((attribute) => expectOne(run, attribute, measuring));
  return () => Promise.all(expected.map((measure) => measure()));
}

function expectOne(run: MeasuredRun, { name, categories }: ToldAttribute, { cache, work }: WithWork): () => Promise<RedrawnAttribute> {
  const { cluster, description: { facts }, data } = run;
  const { length } = categories;
  const chunks = Math.ceil(data.test.count / SWAP_CHUNK);
  const redrawn = work.expect(`redrawing every test image under every value of ${name}`, SWAP_COST, chunks);
  return async () => {
    const judge = await findJudge(run, { attribute: name, categories: length, what: `a judge of ${name}`, cache, work });
    const swaps = { attribute: name, columns: redrawnColumns(length), judge, count: data.test.count, chunk: SWAP_CHUNK };
    const results = await cluster.evaluations.ofSwaps(swaps, redrawn);
    const rows = Float32Array.from(results.flatMap((values) => [...values]));
    return redrawnAttribute({ name, categories, values: probedAttribute(data.test, facts, name).labels }, rows);
  };
}
