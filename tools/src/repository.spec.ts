import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface FormerWord { readonly former: string; readonly word: string }
const { formerWordsIn } = (await import(new URL('../lint/former-words.mjs', import.meta.url).href)) as {
  formerWordsIn: (text: string) => FormerWord[];
};
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Folders that git ignores: what is built, and what the commands of the documents leave here. */
const MADE = new Set(['node_modules', 'dist', 'out-tsc', 'test-output', 'generated', 'runs', 'contact-sheets']);
const PLACES = readdirSync(ROOT).filter((name) => !MADE.has(name) && name !== '.git');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, first = '']) => first);

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return MADE.has(entry.name) ? [] : filesBelow(path);
    return [path];
  });
}

const SOURCES = ['apps', 'libs', 'tools', 'proto', 'infra'].flatMap(filesBelow);
const SOURCE_NAMES = new Set(SOURCES.map((file) => basename(file)));
const DOCUMENTS = [...PLACES, ...filesBelow('docs')].filter((file) => file.endsWith('.md'));

/** Paths in a line of a document that lead nowhere: links, paths in backticks, and names of source files in backticks. */
function deadPaths(document: string, line: string): string[] {
  const links = matches(line, /\]\(([^)#\s]+)[^)]*\)/g).filter((link) => !/^[a-z]+:/.test(link));
  const quoted = matches(line, /`([\w@.-]+(?:\/[\w@.-]+)*\/?)`/g);
  const paths = quoted.filter((text) => text.includes('/') && PLACES.includes(text.split('/')[0] ?? ''));
  const names = quoted.filter((text) => /^[\w-][\w.-]*\.(ts|mjs|mts|py|proto|cc)$/.test(text) && !PLACES.includes(text));
  return [
    ...links.filter((link) => !existsSync(join(ROOT, dirname(document), link))),
    ...paths.filter((path) => !existsSync(join(ROOT, path))),
    ...names.filter((name) => !SOURCE_NAMES.has(name)),
  ];
}

/** Names in the last column of a row of the map that none of the files in that row has. */
function unknownNames(document: string, row: string): string[] {
  const files = matches(row, /\]\(([^)]+)\)/g).map((link) => join(dirname(document), link)).filter((file) => existsSync(join(ROOT, file)));
  const words = new Set(files.flatMap((file) => read(file).split(/[^\w#]+/)));
  return matches(row.split('|').at(-2) ?? '', /`([^`]+)`/g).filter((name) => !words.has(name));
}

describe('the documents', () => {
  it.each(DOCUMENTS)('%s names files and folders that are there', (document) => {
    const dead = read(document).split('\n').flatMap((line, index) =>
      deadPaths(document, line).map((path) => `${document}:${index + 1}: ${path} is not there`));
    expect(dead).toEqual([]);
  });

  it.each(DOCUMENTS)('%s has lines of at most 140 characters, without words of earlier versions', (document) => {
    const lines = read(document).split('\n').map((line, index) => ({ line, where: `${document}:${index + 1}` }));
    expect(lines.filter(({ line }) => line.length > 140).map(({ where }) => where)).toEqual([]);
    expect(lines.flatMap(({ line, where }) => formerWordsIn(line).map(({ former, word }) => `${where}: ${former} is ${word}`))).toEqual([]);
  });

  it('name in the map what the file of the row has', () => {
    const document = 'docs/architecture.md';
    const rows = read(document)
      .split('\n')
      .map((row, index) => ({ row, line: index + 1 }))
      .filter(({ row }) => /^\|.*\]\(\.\.\//.test(row));
    expect(rows.length).toBeGreaterThan(30);
    expect(
      rows.flatMap(({ row, line }) => unknownNames(document, row).map((name) => `${document}:${line}: no file of the row has ${name}`)),
    ).toEqual([]);
  });

  it('show each package in the layer that its tag says, and lint knows these layers', () => {
    const boxes = matches(read('docs/architecture.md'), /^ {4}\| (.*) \|$/gm).flatMap((line) => line.split(' | '));
    const shown = boxes.flatMap((box) => {
      const [, layer = '', packages = ''] = /^([a-z-]+): ([a-z0-9-]+(?:, [a-z0-9-]+)*)/.exec(box) ?? [];
      return packages === '' ? [] : packages.split(', ').map((name) => `${name} in ${layer}`);
    });
    const manifests = SOURCES.filter((file) => /^(?:(?:apps|libs)\/[^/]+|tools)\/package\.json$/.test(file));
    const tagged = manifests.map((file) => `${basename(dirname(file))} in ${/"layer:([a-z-]+)"/.exec(read(file))?.[1] ?? 'no layer'}`);
    expect(shown.sort()).toEqual(tagged.sort());
    const [, layers = ''] = /const LAYERS = \{([\s\S]*?)\n\};/.exec(read('eslint.config.mjs')) ?? [];
    expect(matches(layers, /^ {2}'?([a-z-]+)'?:/gm).sort()).toEqual([...new Set(tagged.map((text) => text.split(' in ')[1]))].sort());
  });
});

/** The modules that a module imports from its own package. */
function importsOf(file: string): string[] {
  return matches(read(file), /(?:from|import\()\s*'(\.[^']+)\.[jt]s'/g).map((path) => join(dirname(file), `${path}.ts`));
}

describe('the modules', () => {
  it('of shipped packages are not for specs alone: fixtures and helpers of specs lie outside of src', () => {
    const shipped = SOURCES.filter((file) => /^(?:libs\/(?!testing\/)|apps\/(?!e2e\/)).*\.m?ts$|\.mjs$/.test(file));
    const [specs, programs] = [shipped.filter((file) => file.endsWith('.spec.ts')), shipped.filter((file) => !file.endsWith('.spec.ts'))];
    const used = new Set(programs.flatMap(importsOf));
    const modules = programs.filter((file) => file.includes('/src/') && !/\/(?:index|main)\.ts$|^libs\/lethe\/src\/game\.ts$/.test(file));
    const ofSpecs = new Set(specs.flatMap(importsOf));
    expect(modules.filter((file) => ofSpecs.has(file) && !used.has(file))).toEqual([]);
  });
});
