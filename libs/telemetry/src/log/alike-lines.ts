/** Time within which further lines that are alike are only counted: a stranger must not fill the disk by knocking. */
const COUNTED_FOR_MS = 10_000;
/** Kinds of lines that are remembered; strangers choose some of them. */
const MOST_KINDS = 1000;

/** Which of many lines that are alike are written: one in ten seconds, with the number of those before it that were not. */
export class AlikeLines {
  readonly #written = new Map<string, { readonly sinceMs: number; unwritten: number }>();

  /** Called for each line. @returns how many alike were left out since the last one was written; null: this one is left out too */
  count(kind: string): number | null {
    const nowMs = performance.now();
    const last = this.#written.get(kind);
    if (last !== undefined && nowMs - last.sinceMs < COUNTED_FOR_MS) {
      last.unwritten += 1;
      return null;
    }
    if (this.#written.size >= MOST_KINDS) this.#written.clear();
    this.#written.set(kind, { sinceMs: nowMs, unwritten: 0 });
    return last?.unwritten ?? 0;
  }
}
