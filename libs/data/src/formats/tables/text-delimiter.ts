/** Characters between cells: comma, semicolon, tab, bar, or runs of blanks. */
export type Delimiter = ',' | ';' | '\t' | '|' | ' ';

export const DELIMITER_NAMES: Readonly<Record<Delimiter, string>> = {
  ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'blanks',
};

const CANDIDATES = [',', ';', '\t', '|'] as const;
const MOST_LINES = 50;

/**
 * The delimiter of a table: the one that is in its header and as often in most lines below, outside quotes. A comma if none is.
 * @param start the first lines of the table; the last may be cut off
 */
export function findDelimiter(start: string): Delimiter {
  const lines = countedLines(start);
  const [header, ...rows] = lines;
  if (header === undefined) return ',';
  const scores = CANDIDATES.filter((candidate) => header[candidate] > 0).map((candidate) => ({
    candidate, count: header[candidate], agreeing: rows.filter((row) => row[candidate] === header[candidate]).length,
  }));
  const [best] = scores.sort((a, b) => b.agreeing - a.agreeing || b.count - a.count);
  return best?.candidate ?? ',';
}

type Counts = Record<(typeof CANDIDATES)[number], number>;

/** How often each candidate is in each line outside quotes. A last line without its end counts only if it is the only one. */
function countedLines(start: string): Counts[] {
  const lines: Counts[] = [];
  let counts: Counts = { ',': 0, ';': 0, '\t': 0, '|': 0 };
  let isQuoted = false;
  let isEmpty = true;
  for (const character of start) {
    if (character === '"') isQuoted = !isQuoted;
    const isEnd = !isQuoted && (character === '\n' || character === '\r');
    if (isEnd && !isEmpty) {
      if (lines.push(counts) === MOST_LINES) return lines;
      counts = { ',': 0, ';': 0, '\t': 0, '|': 0 };
    }
    if (!isQuoted && isCandidate(character)) counts[character] += 1;
    isEmpty = isEnd || (isEmpty && character.trim() === '' && character !== '\t');
  }
  return lines.length === 0 ? [counts] : lines;
}

function isCandidate(character: string): character is keyof Counts {
  return (CANDIDATES as readonly string[]).includes(character);
}
