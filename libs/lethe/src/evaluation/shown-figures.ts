import { shownInterval } from '@lethe/report';
import { shownAttributeFigures } from './attribute-figures.js';
import { intervalOf } from './evaluation-figures.js';

/** Figures of a run by name, with the ends of their intervals beside them (see `intervalOf`). */
export type NamedFigures = Readonly<Record<string, number>>;

/** Figures that a terminal has room for, with their intervals. */
const MAIN = [
  'epochs', 'probe_best', 'swap', 'reconstruction_mse', 'reconstruction_psnr', 'classifier_accuracy', 'target_accuracy', 'target_auroc',
  'chance', 'test_examples', 'wall_seconds',
];
/** The accuracy of the game's own classifier says nothing more once a fresh probe has read the latents. */
const OWN_CLASSIFIER = 'classifier_accuracy';

/** Names of the figures that are shown of these runs, in their order. @param extent all: each probe's, too */
export function shownFigures(runs: readonly NamedFigures[], extent: 'main' | 'all'): string[] {
  const has = (figure: string): boolean => runs.some((figures) => figures[figure] !== undefined);
  const names = [...new Set(runs.flatMap((figures) => Object.keys(figures)))];
  const probes = names.filter((name) => /^probe_(?!best$)/.test(name) && runs.some((figures) => intervalOf(figures, name) !== null));
  const isProbed = has('probe_best') || shownAttributeFigures(names, 'main').length > 0;
  return MAIN.flatMap((figure) => (figure === 'swap' && extent === 'all' ? [...probes, figure] : [figure]))
    .flatMap((figure) => (figure === 'reconstruction_mse' ? [...shownAttributeFigures(names, extent), figure] : [figure]))
    .filter((figure) => has(figure) && !(isProbed && figure === OWN_CLASSIFIER));
}

/** "0.457 (0.447 to 0.467)" where it has an interval; empty where there is no such figure. */
export function shownFigure(figures: NamedFigures, name: string): string {
  const value = figures[name];
  if (value === undefined) return '';
  const interval = intervalOf(figures, name);
  if (interval !== null) return `${value.toFixed(3)} (${shownInterval(interval)})`;
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
