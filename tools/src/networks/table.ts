import { describeCondition } from './condition.js';
import type { Measurement } from './measurements.js';

const HEADINGS = [
  'asked for', 'round trip found, ms', 'copies found, Mbit/s', 'lost', 'round, ms', 'on one machine, ms', 'times as long',
  'a step on the wire, ms', 'same weights', 'sent again: messages, packets', 'gloo, ms', 'its packets sent again',
];

/** A table in Markdown, a row for each condition, congestion control and number of connections, with the range over its measurements. */
export function measurementTable(measurements: readonly Measurement[]): string {
  const rows = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const { condition, congestion, connections } = measurement;
    const name = `${describeCondition(condition)}, ${congestion}${connections === 1 ? '' : `, ${connections} connections`}`;
    rows.set(name, [...(rows.get(name) ?? []), measurement]);
  }
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...[...rows].map(([name, row]) => cellsOf(name, row))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf(name: string, row: readonly Measurement[]): string[] {
  const over = (of: (measurement: Measurement) => number, digits = 0): string => range(row.map(of), digits);
  const gloos = row.flatMap(({ gloo }) => (gloo === null ? [] : [gloo]));
  const isSame = row.every(({ lethe, local }) => lethe.weights === local.weights);
  return [
    name,
    over(({ network }) => network.pingMs.least, 2),
    `${over(({ network }) => network.copyMegabits.down)} and ${over(({ network }) => network.copyMegabits.up)}`,
    row.some(({ condition }) => condition.lossPercent > 0) ? `${over(({ network }) => network.lostPercent, 2)} %` : '0',
    over(({ lethe }) => lethe.roundMs),
    over(({ local }) => local.roundMs),
    over(({ lethe, local }) => lethe.roundMs / local.roundMs, 1),
    over(({ lethe }) => lethe.step.wireMs),
    isSame ? 'yes' : 'NO',
    `${over(({ lethe }) => lethe.sentAgain)}, ${over(({ lethe }) => lethe.retransmitted)}`,
    gloos.length === 0 ? '' : range(gloos.map(({ roundMs }) => roundMs), 0),
    gloos.length === 0 ? '' : range(gloos.map(({ retransmitted }) => retransmitted), 0),
  ];
}

/** "12 to 15", or "12" where both are the same. */
function range(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [least = '', most = ''] = [sorted[0], sorted.at(-1)].map((value) => value?.toFixed(digits));
  return least === most ? least : `${least} to ${most}`;
}
