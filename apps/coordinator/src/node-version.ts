/** Oldest major and minor version of Node that Lethe runs on. */
const OLDEST: readonly [number, number] = [20, 19];
const USAGE = 2;

/** Ends this process if its Node is too old, before anything is loaded that such a Node cannot read. */
export function refuseOldNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  process.stderr.write(`error: expected Node ${OLDEST.join('.')} or newer, found ${process.versions.node}\n`);
  process.exit(USAGE);
}
