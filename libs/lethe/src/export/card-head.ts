import { gameName } from '@lethe/config';
import { evaluationEvidence, evaluationFigures, intervalOf } from '../evaluation/evaluation-figures.js';
import type { CardContents } from './card-contents.js';

/**
 * The head of a model card in YAML, as Hugging Face reads it. Texts are quoted as in JSON, which YAML understands.
 *
 * @see https://huggingface.co/docs/hub/model-cards
 */
export function cardHead(contents: CardContents): string[] {
  const { name, description: { config, facts }, evaluation, functions, preprocessing } = contents;
  const tags = ['lethe', gameName(config), 'representation-learning', 'pytorch', 'onnx', 'tensorflow', 'tfjs'];
  const predicts = functions.some(({ name: one }) => one === 'predictor');
  const isOfImages = preprocessing.kind === 'images' || (preprocessing.kind === 'own' && preprocessing.width > 1);
  const extraction = isOfImages ? 'image-feature-extraction' : 'feature-extraction';
  const task = predicts ? `${isOfImages ? 'image' : 'tabular'}-classification` : extraction;
  return [
    '---', 'library_name: pytorch', `pipeline_tag: ${task}`, 'tags:', ...tags.map((tag) => `- ${tag}`),
    ...(evaluation === null ? [] : [
      'model-index:', `- name: ${text(name)}`, '  results:', '  - task:', `      type: ${task}`,
      '    dataset:', `      type: ${text(config.data.kind)}`, `      name: ${text(`${config.recipe}, ${facts.testCount} test examples`)}`,
      '    metrics:', ...metricLines(evaluation),
    ]),
    '---', '',
  ];
}

/** Every figure by its name, with its interval in the name that is shown. */
function metricLines(evaluation: NonNullable<CardContents['evaluation']>): string[] {
  const evidence = evaluationEvidence(evaluation);
  return Object.entries(evaluationFigures(evaluation)).filter(([, value]) => Number.isFinite(value)).flatMap(([name, value]) => {
    const interval = intervalOf(evidence, name);
    const shown = interval === null ? name : `${name} (95 %: ${interval.map((end) => end.toFixed(3)).join(' to ')})`;
    return [`    - type: ${text(name)}`, `      value: ${Number(value.toPrecision(6))}`, `      name: ${text(shown)}`];
  });
}

function text(value: string): string {
  return JSON.stringify(value);
}
