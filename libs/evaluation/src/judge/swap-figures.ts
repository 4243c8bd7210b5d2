/** Whether redrawn images show the label that they were redrawn under. */
export interface SwapFigures {
  /** Share of the raw test images that the judge reads right. */
  readonly judge_accuracy: number;
  /** [source][target]: share of the source's images redrawn as the target that the judge reads as the target. */
  readonly matrix: readonly (readonly number[])[];
  /** Mean of the matrix where target and source differ. */
  readonly off_diagonal: number;
  /** Mean of the matrix where they are the same. */
  readonly diagonal: number;
}

/** What the judge read in redrawn test images. */
export interface JudgedRedrawings {
  /** Label of each example. */
  readonly sources: Int32Array;
  /** [examples, classes]: what each example was read as when it was redrawn under each label. */
  readonly read: Float32Array;
  readonly judgeAccuracy: number;
}

/** Figures of what the judge read. A class without test images has a row of 0, which no mean counts. */
export function swapFigures({ sources, read, judgeAccuracy }: JudgedRedrawings, classes: number): SwapFigures {
  const labels = Array.from({ length: classes }, (_, label) => label);
  const examplesOf = labels.map((source) => [...sources.keys()].filter((example) => sources[example] === source));
  const matrix = examplesOf.map((examples) =>
    labels.map((target) => {
      const hits = examples.filter((example) => read[example * classes + target] === target).length;
      return examples.length === 0 ? 0 : hits / examples.length;
    }),
  );
  const cells = matrix.flatMap((row, source) =>
    examplesOf[source]?.length === 0 ? [] : row.map((value, target) => ({ value, isSame: source === target })),
  );
  const mean = (isSame: boolean): number => {
    const chosen = cells.filter((cell) => cell.isSame === isSame);
    return chosen.length === 0 ? 0 : chosen.reduce((sum, { value }) => sum + value, 0) / chosen.length;
  };
  return { judge_accuracy: judgeAccuracy, matrix, off_diagonal: mean(false), diagonal: mean(true) };
}
