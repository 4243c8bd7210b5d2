import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started, directly or not, as far as they run now. */
export function processTree(root: number): number[] {
  const parents = new Map(readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map((id) => [Number(id), parentOf(id)]));
  const found = new Set([root]);
  // A process that was started later may have a smaller number.
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [id, parent] of parents) if (parent !== null && found.has(parent)) found.add(id);
  }
  return [...found];
}

function parentOf(id: string): number | null {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
  } catch {
    return null; // it has just ended
  }
}
