/** Of values since the last collection: several small groups are as good as one that is large. */
const WORTHWHILE_BYTES = 4 * 2 ** 20;
/** V8 collects by itself while so large a version is made: what was young at its beginning is old at its end. */
const LARGE_BYTES = 32 * 2 ** 20;

/**
 * Gradients that have been summed and values that have been sent are garbage that V8 counts but does not see: it collects when
 * there is much of it, which is in the middle of a version, when workers wait, and takes longer the older the garbage is.
 * Called with the bytes of its values when a version has been sent, this keeps it young and little, where node was told to
 * expose its collector (`--expose-gc`).
 */
export function garbageCollection(): (bytes: number) => void {
  const { gc } = globalThis;
  if (gc === undefined) return () => undefined;
  let made = 0;
  return (bytes) => {
    made += bytes;
    if (made < WORTHWHILE_BYTES) return;
    made = 0;
    gc({ type: bytes < LARGE_BYTES ? 'minor' : 'major', execution: 'sync' });
  };
}
