import type { KeptCategory } from '../../game-facts.js';
import { isCorrect, negativeLogLikelihood } from '../../losses.js';
import type { KeptKind, Told } from './kept-kind.js';

/** A category is kept by a head that predicts it: cross-entropy and accuracy. */
export const keptCategory: KeptKind<KeptCategory> = {
  gives: 'log-probabilities',
  outputs: ({ categories }) => categories.length,
  loss: (told) => negativeLogLikelihood(classified(told)),
  score: (told) => told.operations.mul(isCorrect(classified(told)), keptCategory.known(told)),
  known: ({ operations, values }) => operations.sum(values, [1]),
};

function classified({ operations, answer, values }: Told): Parameters<typeof negativeLogLikelihood>[0] {
  return { operations, logProbabilities: answer, labels: values };
}
