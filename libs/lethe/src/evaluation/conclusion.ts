/** A figure in words: its name and what it came to. */
export type NamedFigure = readonly [name: string, text: string];

/** What measures come to, in words. */
export interface Conclusion {
  /** Plain words. */
  readonly sentences: readonly string[];
  /** Each with the evidence that it rests on. */
  readonly figures: readonly NamedFigure[];
}
