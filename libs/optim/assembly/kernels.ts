// Four float32 at a time, and those left over one by one. Every operation is the IEEE one of the TypeScript reference, in the same
// order, so the bits are too. Vectors are pointers into the module's memory; constants are splat outside of the loops, as the
// engine does not take them out.

/** Bits of a float32 without its sign; as integers, those of positive floats are in the floats' order. */
const MAGNITUDE: i32 = 0x7fffffff;
/** Bits of the smallest normal float32, 2^-126. */
const SMALLEST_NORMAL: i32 = 0x00800000;
/** Bytes of four float32. */
const STRIDE: usize = 16;

/** Subnormals and -0 become +0. */
// @ts-expect-error: a decorator of the language that the editor does not know
@inline
function flushed4(x: v128, magnitude: v128, smallestNormal: v128): v128 {
  return v128.andnot(x, i32x4.lt_s(v128.and(x, magnitude), smallestNormal));
}

// @ts-expect-error: a decorator of the language that the editor does not know
@inline
function flushed(x: f32): f32 {
  return (reinterpret<i32>(x) & MAGNITUDE) < SMALLEST_NORMAL ? 0 : x;
}

/** One step of Adam on `length` elements, in place. */
export function adam(
  gradient: usize, values: usize, first: usize, second: usize, length: i32, gradientScale: f32,
  firstWeight: f32, beta2: f32, secondWeight: f32, stepSize: f32, secondCorrectionRoot: f32, epsilon: f32,
): void {
  const end: usize = <usize>length * 4;
  const end4: usize = end & ~(STRIDE - 1);
  const magnitude = i32x4.splat(MAGNITUDE);
  const smallestNormal = i32x4.splat(SMALLEST_NORMAL);
  const gradientScales = f32x4.splat(gradientScale);
  const firstWeights = f32x4.splat(firstWeight);
  const beta2s = f32x4.splat(beta2);
  const secondWeights = f32x4.splat(secondWeight);
  const stepSizes = f32x4.splat(stepSize);
  const secondCorrectionRoots = f32x4.splat(secondCorrectionRoot);
  const epsilons = f32x4.splat(epsilon);
  for (let at: usize = 0; at < end4; at += STRIDE) {
    const slope = f32x4.mul(v128.load(gradient + at), gradientScales);
    const oldFirst = v128.load(first + at);
    const m = flushed4(f32x4.add(oldFirst, f32x4.mul(firstWeights, f32x4.sub(slope, oldFirst))), magnitude, smallestNormal);
    const newSecond = f32x4.mul(f32x4.mul(secondWeights, slope), slope);
    const v = flushed4(f32x4.add(f32x4.mul(beta2s, v128.load(second + at)), newSecond), magnitude, smallestNormal);
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), secondCorrectionRoots), epsilons);
    const value = f32x4.sub(v128.load(values + at), f32x4.div(f32x4.mul(stepSizes, m), denominator));
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(values + at, flushed4(value, magnitude, smallestNormal));
  }
  for (let at: usize = end4; at < end; at += 4) {
    const slope: f32 = load<f32>(gradient + at) * gradientScale;
    const oldFirst: f32 = load<f32>(first + at);
    const m: f32 = flushed(oldFirst + firstWeight * (slope - oldFirst));
    const v: f32 = flushed(beta2 * load<f32>(second + at) + secondWeight * slope * slope);
    const denominator: f32 = sqrt<f32>(v) / secondCorrectionRoot + epsilon;
    store<f32>(first + at, m);
    store<f32>(second + at, v);
    store<f32>(values + at, flushed(load<f32>(values + at) - (stepSize * m) / denominator));
  }
}

/**
 * target = left + right on `length` elements, flushed.
 * @returns whether one of the sums is infinite or not a number; only finite numbers give 0 when taken from themselves
 */
export function add(target: usize, left: usize, right: usize, length: i32): bool {
  const end: usize = <usize>length * 4;
  const end4: usize = end & ~(STRIDE - 1);
  const magnitude = i32x4.splat(MAGNITUDE);
  const smallestNormal = i32x4.splat(SMALLEST_NORMAL);
  const zeros = f32x4.splat(0);
  let found = i32x4.splat(0);
  for (let at: usize = 0; at < end4; at += STRIDE) {
    const sum = f32x4.add(v128.load(left + at), v128.load(right + at));
    found = v128.or(found, f32x4.ne(f32x4.sub(sum, sum), zeros));
    v128.store(target + at, flushed4(sum, magnitude, smallestNormal));
  }
  let isFound = v128.any_true(found);
  for (let at: usize = end4; at < end; at += 4) {
    const sum: f32 = load<f32>(left + at) + load<f32>(right + at);
    isFound = isFound || sum - sum != 0;
    store<f32>(target + at, flushed(sum));
  }
  return isFound;
}

/** Whether one of `length` elements is infinite or not a number. */
export function hasNotFinite(vector: usize, length: i32): bool {
  const end: usize = <usize>length * 4;
  const end4: usize = end & ~(STRIDE - 1);
  const zeros = f32x4.splat(0);
  let found = i32x4.splat(0);
  for (let at: usize = 0; at < end4; at += STRIDE) {
    const x = v128.load(vector + at);
    found = v128.or(found, f32x4.ne(f32x4.sub(x, x), zeros));
  }
  let isFound = v128.any_true(found);
  for (let at: usize = end4; at < end; at += 4) {
    const x = load<f32>(vector + at);
    isFound = isFound || x - x != 0;
  }
  return isFound;
}
