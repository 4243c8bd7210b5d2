import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { LetheError } from '@lethe/errors';
import { ContrastMeter } from '../formats/images/image-contrast.js';
import { asBytes, bytesOfExample } from '../inputs/input-values.js';
import { MISSING } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import type { DataToDescribe, DuplicateReport, PlainImages } from './data-report.js';

/** Bytes of inputs that are looked at between two moments in which signals are heard. */
const PIECE_BYTES = 2 ** 22;
const FIRST = 3;

/** What can be said of inputs by looking at each of them once. */
export interface LookedAt {
  readonly duplicates: DuplicateReport;
  /** Null: the inputs are no images. */
  readonly plainImages: PlainImages | null;
}

/** An example of one of the two parts. */
interface Seen { readonly isTest: boolean; readonly example: number }

/**
 * Looks at all inputs, piece by piece: for equal ones in training and test, and for images without contrast. Inputs are equal if 53 bits
 * of their SHA-1 are: among a million, the chance that two others are taken for equal is one in 18,000. A million of them take 60 MB.
 * @throws LetheError INTERRUPTED
 */
export async function lookAtInputs(source: DataToDescribe, signal?: AbortSignal): Promise<LookedAt> {
  const { train, test } = source;
  const { shape, values } = train.inputs;
  const areImages = values === 'bytes' && shape.height * shape.width > 1;
  const meter = areImages ? new ContrastMeter(shape) : null;
  const twins = new TwinFinder(source);
  for (const dataset of [train, test]) {
    const bytes = bytesOfExample(shape, values);
    const atOnce = Math.max(1, Math.floor(PIECE_BYTES / bytes));
    for (let first = 0; first < dataset.count; first += atOnce) {
      const inputs = dataset.inputs.gather(dataset.rows.subarray(first, first + atOnce));
      if (inputs instanceof Uint8Array) meter?.add(inputs);
      const all = asBytes(inputs);
      for (let start = 0; start < all.length; start += bytes) {
        twins.add(all.subarray(start, start + bytes), { isTest: dataset === test, example: first + start / bytes });
      }
      await setImmediate(); // signals are heard meanwhile
      if (signal?.aborted === true) throw new LetheError('INTERRUPTED', 'stopped while the inputs were looked at');
    }
  }
  const plainImages = meter === null ? null : { count: meter.plain, isAll: meter.isAllPlain, isAllSame: meter.isAllSame };
  return { duplicates: twins.report(), plainImages };
}

/** Finds inputs that have come before. Training examples are added first. */
class TwinFinder {
  readonly #source: DataToDescribe;
  /** The first example that has the inputs of a hash: training examples are numbered before test examples. */
  readonly #firstOf = new Map<number, number>();
  readonly #first: { readonly test: string; readonly train: string }[] = [];
  #tests = 0;
  #testsOtherwiseLabelled = 0;
  #otherwiseLabelled = 0;

  constructor(source: DataToDescribe) {
    this.#source = source;
  }

  add(bytes: Uint8Array, { isTest, example }: Seen): void {
    const key = keyOf(bytes);
    const { train, test, placeOf } = this.#source;
    const before = this.#firstOf.get(key);
    if (before === undefined) {
      this.#firstOf.set(key, isTest ? train.count + example : example);
      return;
    }
    const isTrained = before < train.count;
    const [twin, twinExample] = isTrained ? [train, before] : [test, before - train.count];
    const own = isTest ? test : train;
    const differs = areLabelledOtherwise([own, example], [twin, twinExample]);
    if (differs) this.#otherwiseLabelled += 1;
    if (!isTest || !isTrained) return;
    this.#tests += 1;
    if (differs) this.#testsOtherwiseLabelled += 1;
    if (this.#first.length === FIRST) return;
    this.#first.push({ test: placeOf(own.rows[example] as number), train: placeOf(twin.rows[twinExample] as number) });
  }

  report(): DuplicateReport {
    return {
      tests: this.#tests, testsOtherwiseLabelled: this.#testsOtherwiseLabelled, otherwiseLabelled: this.#otherwiseLabelled,
      first: this.#first,
    };
  }
}

function keyOf(bytes: Uint8Array): number {
  const digest = createHash('sha1').update(bytes).digest();
  return digest.readUIntBE(0, 6) * 32 + ((digest[6] as number) >> 3);
}

function areLabelledOtherwise([one, oneExample]: [Dataset, number], [other, otherExample]: [Dataset, number]): boolean {
  const [label, otherLabel] = [one.labels[oneExample], other.labels[otherExample]];
  return label !== MISSING && otherLabel !== MISSING && label !== otherLabel;
}
