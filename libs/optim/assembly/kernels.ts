// Four float32 at a time. Every operation is the IEEE one of the TypeScript reference, in the same order, so the bits are too.

/** Elements of each scratch vector: all four together fit a processor's second-level cache. */
const CAPACITY: usize = 32768;
/** The first page is left to the compiler. */
const GRADIENT: usize = 65536;
const VALUES: usize = GRADIENT + CAPACITY * 4;
const FIRST: usize = VALUES + CAPACITY * 4;
const SECOND: usize = FIRST + CAPACITY * 4;

/** Subnormals and -0 become +0. */
function flushed(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(1.1754943508222875e-38)));
}

/** One step of Adam on the first `length` elements of the scratch vectors, in place. */
export function adam(length: i32, gradientScale: f32, firstWeight: f32, beta2: f32, secondWeight: f32, stepSize: f32, secondCorrectionRoot: f32, epsilon: f32): void {
  const end: usize = <usize>length * 4;
  for (let at: usize = 0; at < end; at += 16) {
    const slope = f32x4.mul(v128.load(GRADIENT + at), f32x4.splat(gradientScale));
    const oldFirst = v128.load(FIRST + at);
    const m = flushed(f32x4.add(oldFirst, f32x4.mul(f32x4.splat(firstWeight), f32x4.sub(slope, oldFirst))));
    const v = flushed(f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(SECOND + at)), f32x4.mul(f32x4.mul(f32x4.splat(secondWeight), slope), slope)));
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), f32x4.splat(secondCorrectionRoot)), f32x4.splat(epsilon));
    const value = f32x4.sub(v128.load(VALUES + at), f32x4.div(f32x4.mul(f32x4.splat(stepSize), m), denominator));
    v128.store(FIRST + at, m);
    v128.store(SECOND + at, v);
    v128.store(VALUES + at, flushed(value));
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
