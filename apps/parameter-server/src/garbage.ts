/** Of values since the last collection: several small groups are as good as one that is large. */
const WORTHWHILE_BYTES = 4 * 2 ** 20;

/**
 * Gradients that have been summed and values that have been sent are garbage that V8 counts but does not see: it collects when
 * there is much of it, which is in the middle of a version, when workers wait, and takes longer the older the garbage is.
 * Called between versions, this keeps it young and little.
 */
export function garbageCollection(): (bytes: number) => void {
  const { gc } = globalThis;
  if (gc === undefined) return () => undefined; // node was not told to expose it
  let made = 0;
  return (bytes) => {
    made += bytes;
    if (made < WORTHWHILE_BYTES) return;
    made = 0;
    gc({ type: 'minor', execution: 'sync' });
  };
}
