/** Edits (insert, delete, replace, swap neighbours) that turn one word into another. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const above = rows[row - 1] ?? [];
      let edits = Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) edits = Math.min(edits, (rows[row - 2]?.[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    rows.push(current);
  }
  return rows[from.length]?.[to.length] ?? 0;
}

/** Spelling without case and separators: `batch-size` and `batchSize` are the same word. */
function plainSpelling(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/**
 * The known name that was most likely meant by an unknown one, or undefined if none is near. Earlier names win ties.
 * @param lastPart the part of a known name that is compared
 */
export function didYouMean(
  unknown: string, known: readonly string[], lastPart: (name: string) => string = (name) => name,
): string | undefined {
  const wanted = plainSpelling(unknown);
  let nearest: string | undefined;
  let fewest = Math.floor(wanted.length / 3) + 1;
  for (const name of known) {
    const edits = editDistance(wanted, plainSpelling(lastPart(name)));
    if (edits < fewest) {
      fewest = edits;
      nearest = name;
    }
  }
  return nearest;
}
