/** A figure in the last lines of a run: its name and what it came to. */
export type NamedFigure = readonly [name: string, text: string];

/** What a run came to, for the terminal. */
export interface Conclusion {
  /** Plain words. */
  readonly sentences: readonly string[];
  /** Each with the evidence that it rests on. */
  readonly figures: readonly NamedFigure[];
}
