import { describe, expect, it } from 'vitest';
import { LARGEST_ARCHIVE, problemsOf, type PackedFile } from './archive-rules.js';

const MACHINE = '/home/somebody/checkout';
const GOOD = [
  'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'bin/lethe.mjs', 'infra/local-cluster.json', 'dist/coordinator.js',
  'dist/worker.js', 'dist/parameter-server.js', 'dist/heartbeat-thread.js', 'dist/check-engine.js', 'dist/index.js', 'dist/index.d.ts',
  'dist/game.js', 'dist/game.d.ts',
  'dist/kernels.wasm', 'dist/tfjs-backend-wasm.wasm', 'dist/tfjs-backend-wasm-simd.wasm',
  'dist/binding/tfjs_binding.cc', 'dist/lethe_ray/__main__.py', 'dist/lethe_ray/placed_process.py',
  'dist/chunk-ABC234.js', 'dist/tf.node-ABC234.js',
].map((path) => file(path, path === 'NOTICE' ? 'parts of a-package 1.2.3' : 'text'));

function file(path: string, text: string): PackedFile {
  return { path, bytes: Buffer.from(text) };
}

function problems(files: readonly PackedFile[], { bytes = 1000, paths = files.map(({ path }) => path) } = {}): string[] {
  return problemsOf(files, { file: 'lethe.tgz', bytes, paths }, { machinePaths: [MACHINE], packedCode: ['a-package 1.2.3'] });
}

/** The package with one file more, or another text in one. */
function withFile(path: string, text: string): PackedFile[] {
  return [...GOOD.filter((other) => other.path !== path), file(path, text)];
}

describe('the package', () => {
  it('may be as it should', () => {
    expect(problems(GOOD)).toEqual([]);
  });

  it.each([
    ['dist/worker.js.map', 'a source map'],
    ['dist/worker.spec.js', 'a test'],
    ['fixtures/table.csv', 'data of a test'],
    ['.npmrc', 'settings of the machine'],
  ])('has no %s, which would be %s', (path) => {
    expect(problems(withFile(path, ''))).toEqual([expect.stringMatching(new RegExp(`^${path.replaceAll('.', '\\.')}: `))]);
  });

  it.each([
    ['a path of the machine', `const folder = '${MACHINE}/runs';`, MACHINE],
    ['the code of a test', '// libs/data/src/open-data.spec.ts\nlet a;', 'libs/data/src/open-data.spec.ts'],
    ['the code of what only tests use', '// libs/testing/src/python.ts\nlet a;', 'libs/testing/src/python.ts'],
    ['a reference to a source map', 'let a;\n//# sourceMappingURL=x.js.map', 'source map'],
  ])('has nowhere %s', (_, text, found) => {
    const [problem, ...others] = problems(withFile('dist/chunk-ABC234.js', text));
    expect(others).toEqual([]);
    expect(problem).toMatch(/^dist\/chunk-ABC234\.js: expected no/);
    expect(problem).toContain(found);
  });

  it('has all that it needs, in the archive too, and nothing else there', () => {
    const without = GOOD.filter(({ path }) => path !== 'dist/worker.js');
    expect(problems(without)).toEqual(['dist/worker.js: expected in the package, found none']);
    const paths = GOOD.map(({ path }) => path);
    expect(problems(GOOD, { paths: paths.slice(1) })).toEqual([expect.stringContaining('package.json: expected in the archive')]);
    expect(problems(GOOD, { paths: [...paths, 'more'] })).toEqual([expect.stringContaining('more: expected nothing of that name')]);
  });

  it('names whose code it has', () => {
    expect(problems(withFile('NOTICE', 'parts of a-package 1.2.2'))).toEqual([expect.stringContaining('NOTICE: expected a-package 1.2.3')]);
  });

  it('is not larger than its bound', () => {
    const expected = `lethe.tgz: expected at most ${LARGEST_ARCHIVE} bytes, found ${LARGEST_ARCHIVE + 1}`;
    expect(problems(GOOD, { bytes: LARGEST_ARCHIVE + 1 })).toEqual([expected]);
  });
});
