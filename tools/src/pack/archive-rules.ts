/** A file of the package. */
export interface PackedFile {
  /** From the package's folder, with slashes. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** The archive as npm has made it. */
export interface Archive {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** Paths of the files in it. */
  readonly paths: readonly string[];
}

/** What the files are held against. */
export interface ArchiveFacts {
  /** Folders of the machine that packs: none of them is anybody else's business. */
  readonly machinePaths: readonly string[];
  /** Packages whose code is in the package, as `name version`. */
  readonly packedCode: readonly string[];
}

/** The archive may not become larger, in bytes; docs/install.md says so. */
export const LARGEST_ARCHIVE = 2_000_000;

/** All that belongs into the package. */
const WANTED: readonly RegExp[] = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|NOTICE|bin\/lethe\.mjs|infra\/local-cluster\.json)$/,
  /^dist\/([\w-]+\.js|tf[\w-]*\.node-\w+\.js|[\w-]+\.wasm|(index|game)\.d\.ts|lethe_ray\/\w+\.py|binding\/[\w-]+\.(cc|h))$/,
];
/** The comments by which a bundler says which source it begins with: none may be of tests, nor of what only tests read. */
const TEST_SOURCE = /^ *\/\/ (\S*(?:\.spec\.\w+|\/testing\/|\/fixtures\/|\/golden\/)\S*)$/m;
const SOURCE_MAP = /^\/[/*][#@] sourceMappingURL=/m;
const NEEDED = [
  'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'bin/lethe.mjs', 'infra/local-cluster.json', 'dist/coordinator.js',
  'dist/worker.js', 'dist/parameter-server.js', 'dist/heartbeat-thread.js', 'dist/check-engine.js', 'dist/index.js', 'dist/index.d.ts',
  'dist/game.js', 'dist/game.d.ts', 'dist/kernels.wasm', 'dist/tfjs-backend-wasm.wasm', 'dist/tfjs-backend-wasm-simd.wasm',
  'dist/binding/tfjs_binding.cc', 'dist/lethe_ray/__main__.py', 'dist/lethe_ray/placed_process.py',
];

/** What is wrong with a package, naming the file: it is packed for everybody, from a machine that nobody else has. */
export function problemsOf(files: readonly PackedFile[], archive: Archive, facts: ArchiveFacts): string[] {
  const staged = new Set(files.map(({ path }) => path));
  const packed = new Set(archive.paths);
  return [
    ...files.flatMap((file) => problemsOfFile(file, facts.machinePaths)),
    ...NEEDED.filter((path) => !staged.has(path)).map((path) => `${path}: expected in the package, found none`),
    ...[...staged].filter((path) => !packed.has(path)).map((path) => `${path}: expected in the archive, found that npm left it out`),
    ...[...packed].filter((path) => !staged.has(path)).map((path) => `${path}: expected nothing of that name, found that npm added it`),
    ...noticeProblems(files, facts.packedCode),
    ...(archive.bytes <= LARGEST_ARCHIVE ? [] : [`${archive.file}: expected at most ${LARGEST_ARCHIVE} bytes, found ${archive.bytes}`]),
  ];
}

function problemsOfFile({ path, bytes }: PackedFile, machinePaths: readonly string[]): string[] {
  const text = bytes.toString('latin1');
  const [, testSource] = TEST_SOURCE.exec(text) ?? [];
  const found = machinePaths.filter((folder) => text.includes(folder));
  return [
    ...(WANTED.some((pattern) => pattern.test(path)) ? [] : [`${path}: expected only what a user needs, found a file of no such kind`]),
    ...found.map((folder) => `${path}: expected no path of the machine that packs, found ${folder}`),
    ...(testSource === undefined ? [] : [`${path}: expected nothing of tests, found ${testSource}`]),
    ...(SOURCE_MAP.test(text) ? [`${path}: expected no source map, found a reference to one`] : []),
  ];
}

/** Whose code is in the package must be named in its notice, with its version. */
function noticeProblems(files: readonly PackedFile[], packedCode: readonly string[]): string[] {
  const notice = files.find(({ path }) => path === 'NOTICE')?.bytes.toString() ?? '';
  const unnamed = packedCode.filter((name) => !notice.includes(name));
  return unnamed.map((name) => `NOTICE: expected ${name}, whose code is packed, found no such name`);
}
