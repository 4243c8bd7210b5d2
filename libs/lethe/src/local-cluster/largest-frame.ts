import { judgeLength } from '@lethe/evaluation';
import { frameOf, largestFrame } from '@lethe/protocol';
import type { RunDescription } from '@lethe/graphs';

/** Most examples that one evaluation answers for: those of the map of latents. */
const EXAMPLES_AT_ONCE = 2000;

/** Bytes of the largest frame that the processes of a run have to send to each other; more is taken from nobody. */
export function largestFrameOf({ layouts, summaries, facts, objective, config }: RunDescription): number {
  const { height, width, channels } = facts.shape;
  const classes = facts.classes.length;
  // Latents and features are as long as one side of the weights that they come out of, or go into.
  const features = layouts.flatMap(({ segments }) => segments.flatMap(({ shape }) => (shape.length === 2 ? shape : []))).reduce((widest, size) => Math.max(widest, size), 0);
  const figures = Math.max(objective.figures.length, classes + features, 2 + 3 * classes);
  const evaluation = Math.max(EXAMPLES_AT_ONCE * figures, classes * height * width * channels, judgeLength({ facts }));
  const documents = Buffer.byteLength(JSON.stringify(config)) + Buffer.byteLength(JSON.stringify(facts));
  return Math.max(largestFrame({ layouts, summaries }), frameOf(evaluation * Float32Array.BYTES_PER_ELEMENT), frameOf(documents));
}
