import type { TopLevelSpec } from 'vega-lite';

const FONT = 'system-ui, sans-serif';
/** Ten colours that remain distinct with most kinds of colour blindness. */
const COLOURS = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951', '#ff8ab7', '#a463f2', '#97bbf5', '#9c6b4e', '#9498a0'];

/** Numbers the definitions of charts from 0 again. Each page calls it first, so that the same figures give the same page. */
export async function startNumbering(): Promise<void> {
  const { resetSVGDefIds } = await import('vega');
  resetSVGDefIds();
}

/** Draws a Vega-Lite specification as SVG, without a browser. The libraries, which take long to load, are loaded with the first chart. */
async function chart(specification: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const config = {
    font: FONT,
    background: 'transparent',
    range: { category: COLOURS },
    axis: { gridColor: '#ddd', domainColor: '#888', tickColor: '#888' },
    view: { stroke: 'transparent' },
  };
  const { spec } = compile({ ...specification, config });
  const view = new View(parse(spec), { renderer: 'none' });
  try {
    return responsive(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Scales with the page instead of keeping its pixels. */
function responsive(svg: string): string {
  return svg.replace(/ width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"/, ' style="width:100%;max-width:$1px;height:auto"');
}

export interface Point { readonly x: number; readonly y: number; readonly series: string }

export interface Axes { readonly x: string; readonly y: string }

/** Up to this number points are drawn as dots too: a line through a single point is invisible. */
const FEW_POINTS = 60;
/** With longer names of series the legend lies below the chart. */
const LONG_NAME = 24;

/** One line for each series, over whole numbers. */
export function lineChart(points: readonly Point[], axes: Axes): Promise<string> {
  const isLong = points.some(({ series }) => series.length > LONG_NAME);
  return chart({
    width: 520, height: 220, data: { values: [...points] }, mark: { type: 'line', strokeWidth: 1.5, point: points.length <= FEW_POINTS },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: axes.x, axis: { tickMinStep: 1, format: ',d' } },
      y: { field: 'y', type: 'quantitative', title: axes.y, scale: { zero: false } },
      color: {
        field: 'series', type: 'nominal', title: null, legend: { labelLimit: 0, ...(isLong ? { orient: 'bottom', columns: 1 } : {}) },
      },
    },
  });
}

/** A dot for each point, coloured by series. @param order of the series in the legend, and of their colours; others follow */
export function dotChart(points: readonly Point[], axes: Axes, order: readonly string[] = []): Promise<string> {
  const series = [...new Set([...order, ...points.map((point) => point.series).sort()])];
  return chart({
    width: 420, height: 380, data: { values: [...points] }, mark: { type: 'circle', size: 14, opacity: 0.75 },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: axes.x, axis: { labels: false, ticks: false } },
      y: { field: 'y', type: 'quantitative', title: axes.y, axis: { labels: false, ticks: false } },
      color: { field: 'series', type: 'nominal', title: null, scale: { domain: series } },
    },
  });
}

export interface FrontPoint {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Whether no other point is better in both. */
  readonly isFront: boolean;
}

/** Something that points are compared with. */
export type ReferencePoint = Omit<FrontPoint, 'isFront'>;

/** Points with names. Those of the front are coloured and joined by a line; what they are compared with are crosses. */
export function frontChart(points: readonly FrontPoint[], axes: Axes, references: readonly ReferencePoint[] = []): Promise<string> {
  const values = [...points].sort((a, b) => a.x - b.x);
  const encoding = {
    x: { field: 'x', type: 'quantitative', title: axes.x, scale: { zero: false, padding: 12 } },
    y: { field: 'y', type: 'quantitative', title: axes.y, scale: { zero: false, padding: 12 } },
  } as const;
  const color = {
    field: 'isFront', type: 'nominal', legend: null, scale: { domain: [true, false], range: ['#4269d0', '#9498a0'] },
  } as const;
  return chart({
    width: 520, height: 340, data: { values },
    layer: [
      { transform: [{ filter: 'datum.isFront' }], mark: { type: 'line', color: '#4269d0', strokeWidth: 1.5 }, encoding },
      { mark: { type: 'circle', size: 60, opacity: 1 }, encoding: { ...encoding, color } },
      { mark: NAMES, encoding: { ...encoding, text: NAME } },
      ...(references.length === 0 ? [] : [{
        data: { values: [...references] },
        layer: [
          { mark: { type: 'point', shape: 'cross', filled: true, size: 70, color: '#ff725c', opacity: 1 } as const, encoding },
          { mark: { ...NAMES, color: '#a33' }, encoding: { ...encoding, text: NAME } },
        ],
      }]),
    ],
  });
}

const NAMES = { type: 'text', align: 'left', dx: 7, dy: -5, fontSize: 10 } as const;
const NAME = { field: 'label', type: 'nominal' } as const;

/** A number of an example, and the group that the example is of. */
export interface GroupedValue { readonly value: number; readonly group: string }

/** How the numbers of each group are spread: a density for each, of area 1, over one axis. @param groups in the order of the legend */
export function densityChart(values: readonly GroupedValue[], groups: readonly string[], axes: Axes): Promise<string> {
  const encoding = {
    x: { field: 'value', type: 'quantitative', title: axes.x },
    y: { field: 'density', type: 'quantitative', title: axes.y, stack: null, axis: { labels: false, ticks: false } },
    color: { field: 'group', type: 'nominal', title: null, scale: { domain: [...groups] }, legend: { labelLimit: 0, symbolOpacity: 1 } },
  } as const;
  return chart({
    width: 420, height: 200, data: { values: [...values] },
    transform: [{ density: 'value', groupby: ['group'], steps: 120, resolve: 'shared' }],
    layer: [{ mark: { type: 'area', opacity: 0.15 }, encoding }, { mark: { type: 'line', strokeWidth: 1.5 }, encoding }],
  });
}

/** A matrix of shares between 0 and 1, as shades and numbers. */
export function heatMap(matrix: readonly (readonly number[])[], names: readonly string[], axes: Axes): Promise<string> {
  const values = matrix.flatMap((row, source) => row.map((value, target) => ({ source: names[source], target: names[target], value })));
  const side = Math.max(240, 40 * names.length);
  const encoding = {
    x: { field: 'target', type: 'ordinal', sort: [...names], title: axes.x, axis: { labelAngle: 0 } },
    y: { field: 'source', type: 'ordinal', sort: [...names], title: axes.y },
  } as const;
  const shade = { field: 'value', type: 'quantitative', title: null, scale: { domain: [0, 1], scheme: 'blues' } } as const;
  const text = { field: 'value', type: 'quantitative', format: '.2f' } as const;
  const textColour = { condition: { test: 'datum.value > 0.6', value: 'white' }, value: '#333' };
  return chart({
    width: side, height: side, data: { values },
    layer: [
      { mark: 'rect', encoding: { ...encoding, color: shade } },
      { mark: { type: 'text', fontSize: 10 }, encoding: { ...encoding, text, color: textColour } },
    ],
  });
}
