// Four float32 at a time. Every operation is the IEEE one of the TypeScript reference, in the same order, so the bits are too.

/** Elements of each scratch vector: all four together fit a processor's second-level cache. */
const CAPACITY: usize = 32768;
/** The first page is left to the compiler. */
const GRADIENT: usize = 65536;
const VALUES: usize = GRADIENT + CAPACITY * 4;
const FIRST: usize = VALUES + CAPACITY * 4;
const SECOND: usize = FIRST + CAPACITY * 4;

/** Bits of a float32 without its sign; as integers, those of positive floats are in the floats' order. */
const MAGNITUDE: i32 = 0x7fffffff;
/** Bits of the smallest normal float32, 2^-126. */
const SMALLEST_NORMAL: i32 = 0x00800000;

/** Subnormals and -0 become +0. Constants come from outside: the engine does not take them out of loops. */
// @ts-expect-error: a decorator of the language that the editor does not know
@inline
function flushed(x: v128, magnitude: v128, smallestNormal: v128): v128 {
  return v128.andnot(x, i32x4.lt_s(v128.and(x, magnitude), smallestNormal));
}

/** One step of Adam on the first `length` elements of the scratch vectors, in place. */
export function adam(length: i32, gradientScale: f32, firstWeight: f32, beta2: f32, secondWeight: f32, stepSize: f32, secondCorrectionRoot: f32, epsilon: f32): void {
  const end: usize = <usize>length * 4;
  const magnitude = i32x4.splat(MAGNITUDE);
  const smallestNormal = i32x4.splat(SMALLEST_NORMAL);
  const gradientScales = f32x4.splat(gradientScale);
  const firstWeights = f32x4.splat(firstWeight);
  const beta2s = f32x4.splat(beta2);
  const secondWeights = f32x4.splat(secondWeight);
  const stepSizes = f32x4.splat(stepSize);
  const secondCorrectionRoots = f32x4.splat(secondCorrectionRoot);
  const epsilons = f32x4.splat(epsilon);
  for (let at: usize = 0; at < end; at += 16) {
    const slope = f32x4.mul(v128.load(GRADIENT + at), gradientScales);
    const oldFirst = v128.load(FIRST + at);
    const m = flushed(f32x4.add(oldFirst, f32x4.mul(firstWeights, f32x4.sub(slope, oldFirst))), magnitude, smallestNormal);
    const v = flushed(f32x4.add(f32x4.mul(beta2s, v128.load(SECOND + at)), f32x4.mul(f32x4.mul(secondWeights, slope), slope)), magnitude, smallestNormal);
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), secondCorrectionRoots), epsilons);
    const value = f32x4.sub(v128.load(VALUES + at), f32x4.div(f32x4.mul(stepSizes, m), denominator));
    v128.store(FIRST + at, m);
    v128.store(SECOND + at, v);
    v128.store(VALUES + at, flushed(value, magnitude, smallestNormal));
  }
}

/** Adds the first `length` elements of the second scratch vector to those of the first, flushed. */
export function add(length: i32): void {
  const end: usize = <usize>length * 4;
  const magnitude = i32x4.splat(MAGNITUDE);
  const smallestNormal = i32x4.splat(SMALLEST_NORMAL);
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(GRADIENT + at, flushed(f32x4.add(v128.load(GRADIENT + at), v128.load(VALUES + at)), magnitude, smallestNormal));
  }
}

/** Whether one of the first `length` elements of the gradient is infinite or not a number. `length` is a multiple of 4. */
export function hasNotFinite(length: i32): bool {
  const end: usize = <usize>length * 4;
  let found = i32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(GRADIENT + at);
    // Only finite numbers give 0 when taken from themselves.
    found = v128.or(found, f32x4.ne(f32x4.sub(x, x), f32x4.splat(0)));
  }
  return v128.any_true(found);
}
