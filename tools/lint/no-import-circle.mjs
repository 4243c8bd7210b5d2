import { readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/** Imports and exports of a file of the same project, also of types alone. */
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)\.js'/g;

/** @type {Map<string, { changedMs: number, imports: readonly string[] }>} */
const known = new Map();

/** The files that a file imports; none if it does not exist. */
function importsOf(file) {
  const changedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (changedMs === undefined) return [];
  const before = known.get(file);
  if (before?.changedMs === changedMs) return before.imports;
  const imports = [...readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)].map(([, path]) => resolve(dirname(file), `${path}.ts`));
  known.set(file, { changedMs, imports });
  return imports;
}

/** The shortest way of imports from one file to another, both included; null if there is none. */
function wayOfImports(from, to) {
  const ways = [[from]];
  const reached = new Set([from]);
  for (const way of ways) {
    const last = way.at(-1);
    if (last === to) return way;
    for (const next of importsOf(last)) {
      if (reached.has(next)) continue;
      reached.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}

/**
 * Forbids circles of imports within a project. The rules of eslint-plugin-import-x and of knip pass over imports of types, with which a
 * circle cannot be read from one end to the other either. Nx forbids circles between projects.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noImportCircle = {
  meta: { type: 'problem', schema: [], messages: { circle: 'A circle of imports: {{ way }}.' } },
  create(context) {
    const file = context.filename;
    const check = (node) => {
      const path = node.source?.value;
      if (typeof path !== 'string' || !/^\.{1,2}\/.*\.js$/.test(path)) return;
      const way = wayOfImports(resolve(dirname(file), path.replace(/\.js$/, '.ts')), file);
      if (way === null) return;
      const shown = [file, ...way].map((step) => relative(dirname(file), step)).join(' -> ');
      context.report({ node, messageId: 'circle', data: { way: shown } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};
