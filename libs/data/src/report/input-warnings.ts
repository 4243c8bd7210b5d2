import type { LookedAt } from './look-at-inputs.js';
import { percent } from './summarise-attribute.js';

/** Warnings about images without contrast and about test examples that are training examples. */
export function inputWarnings(
  { duplicates, plainImages }: LookedAt, { images, tests }: { readonly images: number; readonly tests: number },
): string[] {
  return [...plainWarnings(plainImages, images), ...duplicateWarnings(duplicates, tests)];
}

function plainWarnings(plain: LookedAt['plainImages'], images: number): string[] {
  if (plain === null || plain.count === 0) return plain?.isAllSame === true ? [`all ${inWords(images)} images are the same one`] : [];
  const all = `all ${inWords(images)} images are`;
  const transparent = 'if they are drawings on transparent paper, --background gives it another colour';
  if (plain.isAllSame) return [`${all} the same, of one colour: there is nothing to see in them; ${transparent}`];
  if (plain.isAll) return [`${all} of one colour each: only the colour tells one from another`];
  return [`${inWords(plain.count)} of ${inWords(images)} images are of one colour: there is nothing to see in them`];
}

function duplicateWarnings({ tests, testsOtherwiseLabelled, otherwiseLabelled, first }: LookedAt['duplicates'], count: number): string[] {
  const warnings: string[] = [];
  if (tests > 0) {
    const examples = first.map(({ test, train }) => `${test} is ${train}`).join('; ');
    const labels = testsOtherwiseLabelled === 0 ? '' : `, ${inWords(testsOtherwiseLabelled)} of them with another label`;
    warnings.push(`${inWords(tests)} of ${inWords(count)} test examples (${percent(tests, count)}) have the very inputs of a training`
      + ` example${labels}: what is measured on them is too good (${examples}${tests > first.length ? '; ...' : ''})`);
  }
  if (otherwiseLabelled > 0) warnings.push(`the same inputs have different labels: ${inWords(otherwiseLabelled)} times`);
  return warnings;
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}
