import {
  decidingReading, readingOf, type AttributesEvaluation, type Estimate, type ForgottenAttribute, type KeptAttribute, type Reading,
  type RedrawnAttribute,
} from '@lethe/evaluation';
import {
  examplesInWords, keptAlone, percent, plainAttributesVerdict, READERS, shownArea, shownDirections, shownError, shownInput,
  shownInterval, shownPercents,
} from '@lethe/report';
import { formatCount } from '@lethe/telemetry';
import type { Conclusion, NamedFigure } from './conclusion.js';

/** What was read of each attribute, in few lines. */
export function concludedAttributes(evaluation: AttributesEvaluation): Conclusion {
  const { forgotten, kept, own_head: head, linear_eraser: eraser, redrawn, reconstruction, examples } = evaluation;
  return {
    sentences: plainAttributesVerdict(evaluation),
    figures: [
      ...forgotten.flatMap((attribute) => forgottenFigures(attribute, evaluation)),
      ...kept.flatMap(keptFigures),
      ...(redrawn ?? []).flatMap(redrawnFigures),
      ...(head === null ? [] : headFigures(head)),
      ...(eraser === null ? [] : eraserFigures(eraser)),
      ...(reconstruction === null ? [] : [
        ['reconstruction error', shownError(reconstruction.mean, examples)] as const,
        ['', `${reconstruction.of_mean.toFixed(4)} if each were redrawn as the mean of the training examples`] as const,
      ]),
    ],
  };
}

/** "sex: read with AUROC 0.590 (95 %: 0.580 to 0.600) by a forest", and what that is to be compared with. */
function forgottenFigures(attribute: ForgottenAttribute, { fairness, kept }: AttributesEvaluation): NamedFigure[] {
  const { name, best, raw, kept_alone: alone } = attribute;
  const read = decidingReading(attribute, fairness);
  if (read === null) return [[name, 'nothing was measured']];
  const compared = [
    ...(read.given === null ? valueInWords('balanced', best.balanced_accuracy) : [`among ${read.given}`]),
    ...valueInWords('raw inputs', raw.auroc), ...valueInWords(keptAlone(kept.map((one) => one.name)), alone.auroc),
  ];
  return [[name, `read with ${shownArea(read)}`], ['', compared.join('; ')]];
}

function valueInWords(name: string, reading: Reading | null): string[] {
  return reading === null ? [] : [`${name} ${reading.value.toFixed(3)}`];
}

/** "glasses, redrawn  to no 93.1 % (95 %: ...", and how well the judge reads. */
function redrawnFigures(attribute: RedrawnAttribute): NamedFigure[] {
  const { name, judge, tested } = attribute;
  const reads = `the judge reads raw images with a balanced accuracy of ${percent(judge.balanced_accuracy)}`;
  return [[`${name}, redrawn`, shownDirections(attribute)], ['', `${reads}, of ${formatCount(tested)} test images`]];
}

function keptFigures({ name, is_number: isNumber, chance, best, raw }: KeptAttribute): NamedFigure[] {
  const read = isNumber ? best.r_squared : best.accuracy;
  if (read === null) return [[name, 'nothing was measured']];
  const interval = read.interval === null ? '' : ` (95 %: ${shownPercents(read.interval)})`;
  const shown = isNumber ? `R2 ${read.value.toFixed(3)}` : `${percent(read.value)} read right${interval}`;
  const ofRaw = isNumber ? raw.r_squared?.value.toFixed(3) : raw.accuracy === null ? undefined : percent(raw.accuracy.value);
  const compared = [
    ...(ofRaw === undefined ? [] : [`raw inputs ${ofRaw}`]), ...(isNumber ? [] : [`the most frequent alone ${percent(chance)}`]),
  ];
  return [[name, `${shown} by ${READERS[read.probe]}`], ...(compared.length === 0 ? [] : [['', compared.join('; ')] as const])];
}

function headFigures({ attribute, accuracy, treatments }: NonNullable<AttributesEvaluation['own_head']>): NamedFigure[] {
  const gap = (name: string, estimate: Estimate | null): string[] => (
    estimate === null ? [] : [`${name} ${estimate.value.toFixed(3)} (${shownInterval(estimate.interval)})`]
  );
  return [
    ["the run's own head", `${attribute}: ${percent(accuracy.value)} right`],
    ...treatments.flatMap(({ name, demographic_parity: parity, equalised_odds: odds }): NamedFigure[] => {
      const gaps = [...gap('parity gap', parity), ...gap('odds gap', odds)];
      return gaps.length === 0 ? [] : [['', `by ${name}: ${gaps.join(', ')}`]];
    }),
  ];
}

function eraserFigures({ forgotten, kept }: NonNullable<AttributesEvaluation['linear_eraser']>): NamedFigure[] {
  const read = [
    ...forgotten.flatMap(({ name, best }) => valueInWords(name, best.auroc)),
    ...kept.flatMap(({ name, best: { accuracy, r_squared: r2 } }) => {
      if (r2 !== null) return [`${name} R2 ${r2.value.toFixed(3)}`];
      return accuracy === null ? [] : [`${name} ${percent(accuracy.value)}`];
    }),
  ];
  return read.length === 0 ? [] : [['by a linear eraser', read.join('; ')]];
}

/** A row for each probe. */
export function attributeRows({ forgotten, kept, linear_eraser: eraser }: AttributesEvaluation): string[][] {
  const erased = (name: string, of: 'forgotten' | 'kept') => eraser?.[of].find((attribute) => attribute.name === name)?.probes ?? [];
  const all = [
    ...forgotten.map(({ name, probes }) => ({ name, probes: [...probes, ...erased(name, 'forgotten')] })),
    ...kept.map(({ name, probes }) => ({ name, probes: [...probes, ...erased(name, 'kept')] })),
  ];
  return [
    ['attribute', 'probe', 'reads', 'of', 'AUROC', '95 %', 'balanced', 'accuracy', 'test examples'],
    ...all.flatMap(({ name, probes }) => probes.map((row) => {
      const [area, balanced, accuracy] = (['auroc', 'balanced_accuracy', 'accuracy'] as const).map((figure) => readingOf(row, figure));
      return [
        name, row.probe, shownInput(row), examplesInWords(row), area?.value.toFixed(3) ?? '', shownInterval(area?.interval ?? null),
        balanced?.value.toFixed(3) ?? '', accuracy?.value.toFixed(3) ?? '', formatCount(area?.scored ?? accuracy?.scored ?? 0),
      ];
    })),
  ];
}
