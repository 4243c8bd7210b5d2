/** The label of these classes as what is forgotten, with a hundred training examples of each: a facts' `forgotten`. */
export function forgottenLabel(classes: readonly string[]): {
  name: string; of: string[]; categories: readonly string[]; counts: number[]; countsByLabel: number[][]; missing: number; means: null;
  isLabel: boolean;
}[] {
  return [{
    name: 'label', of: ['label'], categories: classes, counts: classes.map(() => 100),
    countsByLabel: classes.map((_, row) => classes.map((_other, column) => (row === column ? 100 : 0))),
    missing: 0, means: null, isLabel: true,
  }];
}
