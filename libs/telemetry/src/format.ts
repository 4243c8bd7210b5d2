// Figures are written the same whatever the machine's language settings: logs can be compared.

const thousands = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12,345`; a dash for a number that is not finite. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? thousands.format(count) : '-';
}

/** Four significant digits: `0.1234`, `2.303`, `1.000e-5`; `NaN` or `Infinity` for a number that is not finite. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  return size >= 1e-3 && size < 1e4 ? value.toPrecision(4) : value.toExponential(3);
}

/** `640 B`, `3.1 MB`, `814 MB`, `1.3 GB`: on the disk, so in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units: [string, number][] = [['GB', 1e9], ['MB', 1e6], ['kB', 1e3], ['B', 1]];
  const [name, unit] = units.find(([, size]) => bytes >= size) ?? ['B', 1];
  const value = bytes / unit;
  return `${unit === 1 || value >= 100 ? formatCount(value) : value.toFixed(1)} ${name}`;
}

/** `8 s`, `4 min 05 s`, `2 h 03 min`, `3 d 04 h`; a dash for null or a number that is not finite. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const units: [string, number][] = [['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, length]) => whole >= length);
  const [largeName, large] = units[first] ?? ['s', 1];
  const [smallName, small] = units[first + 1] ?? ['s', 1];
  const rest = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)} ${largeName} ${String(rest).padStart(2, '0')} ${smallName}`;
}

/** `mse 0.1234  nll 2.303`: named figures on one line, in the order they were given. */
export function formatFigures(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join('  ');
}

/** A line for each row, every column as wide as its widest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}
