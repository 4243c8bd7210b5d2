/** Kinds of files that a message names. */
const MOST_KINDS = 5;

/** The files of a folder by their endings: "12 files .txt (a.txt, ...), 1 file .csv (table.csv)". */
export function whatIsThere(paths: readonly string[]): string {
  if (paths.length === 0) return 'no files';
  const kinds = new Map<string, string[]>();
  for (const path of paths) {
    const ending = /\.[^./]+(\.gz)?$/.exec(path)?.[0].toLowerCase() ?? '';
    const before = kinds.get(ending);
    if (before === undefined) kinds.set(ending, [path]);
    else before.push(path);
  }
  const shown = [...kinds].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_KINDS).map(([ending, found]) => {
    const [first = ''] = found;
    return found.length === 1 ? first : `${found.length} files ${ending === '' ? 'without an ending' : ending} (${first}, ...)`;
  });
  return kinds.size > MOST_KINDS ? `${shown.join(', ')} and others` : shown.join(', ');
}
