import { gameName, type ObjectiveConfig } from '@lethe/config';
import type { Preprocessing } from '@lethe/data';
import type { RunEvaluation } from '@lethe/evaluation';
import type { ExportedTensor } from '@lethe/export';
import type { RunDescription } from '@lethe/graphs';
import { formatCount, formatTable } from '@lethe/telemetry';
import { describeMeasures } from '../evaluation/evaluation-lines.js';
import type { CardContents } from './card-contents.js';
import { cardHead } from './card-head.js';
import { usageLines } from './card-usage.js';

/** The text of `README.md`: a model card with a head as Hugging Face reads it. */
export function modelCard(contents: CardContents): string {
  return `${[
    ...cardHead(contents), `# ${contents.name}`, '', titleOf(contents.description), '',
    ...aboutLines(contents), '', '## What is read from the features', '', ...measuredSection(contents), '',
    '## Inputs and outputs', '', ...functionLines(contents), '', ...inputLines(contents.preprocessing), '',
    '## Use', '', ...usageLines(contents.functions), '', '## Check', '', ...checkLines(contents),
  ].join('\n')}\n`;
}

/** What the networks are, in one sentence. */
export function titleOf({ config, facts }: RunDescription): string {
  if (config.data.domains !== null) {
    const [target] = facts.domains.slice(-1);
    const to = target?.name ?? 'another domain';
    return `Features and a classifier of ${facts.classes.length} classes, carried over to ${to} by domain adaptation.`;
  }
  const kept = facts.kept.map(({ name }) => name);
  const forgotten = facts.forgotten.filter(({ of }) => of.length === 1).map(({ name }) => name);
  if (kept.length + forgotten.length === 0) return `An encoder that was trained by the game ${gameName(config)}.`;
  const keeps = kept.length === 0 ? 'what examples look like' : inWords(kept);
  const forgets = forgotten.length === 0 ? '' : ` and were trained to forget ${inWords(forgotten)}`;
  return `An encoder whose features keep ${keeps}${forgets}.`;
}

function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function aboutLines({ description: { config, objective }, rounds, parameters, version }: CardContents): string[] {
  const { objective: game, seed, averaging, data } = config;
  const rows = [
    ['', ''],
    ['recipe', config.recipe],
    ['game', gameName(config)],
    ['data', data.kind],
    ['seed', String(seed)],
    ['rounds', formatCount(rounds)],
    ['numbers in a feature vector', String(objective.encodedSize)],
    ['parameters and statistics', formatCount(parameters)],
    ['weights', averaging === null ? 'as they were after these rounds' : 'averages over the rounds, as they were measured'],
    ...(game.kind === 'forgetting' ? [['beta', String(game.beta)], ['bottleneck', game.bottleneck.kind]] : []),
    ...(game.kind === 'own' ? ownRows(game) : []),
    ['written by', `Lethe ${version}`],
  ];
  return markdownTable(rows);
}

/** The settings of an own game, and which code it was. */
function ownRows({ kind: _, game: __, optimizers: ___, code, ...settings }: Extract<ObjectiveConfig, { kind: 'own' }>): string[][] {
  return [
    ...(code === null ? [] : [['code', `SHA-256 ${code}`]]),
    ...Object.entries(settings).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  ];
}

function markdownTable([head, ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head ?? []), `|${(head ?? []).map(() => '---').join('|')}|`, ...rows.map(line)];
}

/** A better reader may read more: this stands wherever figures stand. */
const LOWER_BOUND = 'These figures are a lower bound of what the features tell: they are what these probes read, and a better reader may '
  + 'read more. They are of test examples of the same data; elsewhere more or less may be read.';

function measuredSection({ evaluation, description, name }: CardContents): string[] {
  if (evaluation === null) {
    return [`Nothing was measured of this checkpoint, so that nothing can be said: \`lethe evaluate ${name}\`, then export again.`];
  }
  const { examples, table, sentences, figures } = describeMeasures(evaluation);
  return [
    ...sentences, '', ...markdownTable([['', ''], ...figures]), '',
    ...(evaluation.kind === 'domain-adaptation' ? [] : [LOWER_BOUND, '', ...noiseLines(evaluation, description)]),
    'Every probe:', '', '```', examples, ...formatTable(table), '```',
  ];
}

/** A code with noise is exported without it. */
function noiseLines(evaluation: RunEvaluation, { objective }: RunDescription): string[] {
  if (!objective.isNoisy) return [];
  const read = evaluation.kind === 'attributes' && evaluation.is_sampled ? 'Probes read the code with its noise and without. ' : '';
  return [`${read}What is exported adds no noise.`, ''];
}

function functionLines({ functions, description: { facts } }: CardContents): string[] {
  const shown = ({ name, shape }: ExportedTensor): string => (
    `\`${name}\` [${shape.map((size) => (size < 0 ? 'examples' : size)).join(', ')}]`
  );
  const takes = new Set(functions.flatMap(({ inputs }) => inputs.map(({ name }) => name)));
  return [
    ...markdownTable([
      ['function', 'takes', 'gives'],
      ...functions.map(({ name, inputs, outputs }) => (
        [`\`${name}\``, ...[inputs, outputs].map((tensors) => tensors.map(shown).join(', '))]
      )),
    ]),
    '', 'All numbers are float32; any number of examples goes.',
    ...functions.flatMap(({ inputs }) => inputs.flatMap(toldLines)),
    ...functions.flatMap(({ outputs }) => outputs.flatMap(predictedLines)),
    ...(takes.has('domains') ? [
      `\`domains\` is one-hot, by the domain that an example is from; in order: ${facts.domains.map(({ name }) => name).join(', ')}.`,
    ] : []),
  ];
}

function toldLines({ name, attribute }: ExportedTensor): string[] {
  if (attribute?.kind !== 'category') return [];
  return [`\`${name}\` is one-hot, by the ${attribute.name} that an example is made with; in order: ${attribute.categories.join(', ')}.`];
}

function predictedLines({ name, attribute }: ExportedTensor): string[] {
  if (attribute === null) return [];
  return [attribute.kind === 'number'
    ? `\`${name}\` has two numbers of ${attribute.name}, in its own unit: the value, and the standard deviation that is expected of it.`
    : `\`${name}\` has log-probabilities of ${attribute.name}; in order: ${attribute.categories.join(', ')}.`];
}

/** How inputs are made; `preprocess.json` has all of it. */
function inputLines(preprocessing: Preprocessing): string[] {
  const all = '`preprocess.json` says all of it.';
  switch (preprocessing.kind) {
    case 'images': {
      const { height, width, channels, divisor, shift, resizes, rows } = preprocessing;
      const size = `${height} by ${width} pixels in ${channels === 1 ? 'grey' : 'red, green and blue'}`;
      const scaled = `a byte x becomes x / ${divisor} ${shift < 0 ? '-' : '+'} ${Math.abs(shift)}`;
      const others = resizes ? ' Images of other sizes are brought to that one.' : '';
      const last = rows === null ? 0 : rows.first + rows.count - 1;
      const taken = rows === null ? '' : ` Rows ${rows.first} to ${last} of ${rows.of} are taken, or as much of others.`;
      return [`Images are ${size}; ${scaled}.${others}${taken} ${all}`];
    }
    case 'table': {
      const names = preprocessing.columns.map(({ name }) => name);
      return [`A row has ${preprocessing.length} numbers, made of the columns ${inWords(names)}, in this order. ${all}`];
    }
    case 'vectors':
      return [`A row has the ${preprocessing.length} numbers of a vector as they are.`];
    case 'own': {
      const { reader, height, width, channels, divisor, shift } = preprocessing;
      const scaled = divisor === 1 ? 'as they are' : `each x as x / ${divisor} ${shift < 0 ? '-' : '+'} ${Math.abs(shift)}`;
      const numbers = `The numbers of an example, ${height} x ${width} x ${channels},`;
      return [`${numbers} are those that the run's own reader \`${reader}\` makes, ${scaled}.`];
    }
  }
}

function checkLines({ check: { source, engine, tolerance } }: CardContents): string[] {
  const of = source === 'made' ? 'made examples in the range of the inputs' : 'test examples of the run';
  return [
    `\`check.npz\` has ${of} and what the run's own engine (${engine}) makes of them. Inputs stand under their names, what functions `
    + `give under \`FUNCTION.OUTPUT\`. Another program is right if it gives the same within ${tolerance}, of a number or, where it is `
    + 'larger than 1, of its size:', '',
    '```python', 'import numpy as np', "check = np.load('check.npz')",
    "print(np.allclose(found, check['encoder.features'], rtol=check['tolerance'], atol=check['tolerance']))", '```',
  ];
}

