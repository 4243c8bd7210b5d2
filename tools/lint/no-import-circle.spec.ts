import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, expect, it } from 'vitest';

const { noImportCircle } = (await import(new URL('no-import-circle.mjs', import.meta.url).href)) as { noImportCircle: Rule.RuleModule };
const folder = mkdtempSync(join(tmpdir(), 'lethe-circle-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const FILES = {
  'rule.ts': "import { adam } from './adam.js';\nimport { sgd } from './sgd.js';\nexport const rules = [adam, sgd];\n",
  'adam.ts': "import { kernel } from './kernel.js';\nexport const adam = kernel;\n",
  'kernel.ts': "import type { rules } from './rule.js';\nexport const kernel = (known: typeof rules): number => known.length;\n",
  'sgd.ts': "import { adam } from './adam.js';\nexport const sgd = adam;\n",
  'alone.ts': "export { rules } from './rule.js';\n",
};

it('finds every import that is part of a circle, of types too, and no other', async () => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser },
      plugins: { lethe: { rules: { 'no-import-circle': noImportCircle } } },
      rules: { 'lethe/no-import-circle': 'error' },
    },
  });
  const results = await eslint.lintFiles(Object.keys(FILES));
  const found = Object.fromEntries(
    results.map(({ filePath, messages }) => [filePath.slice(folder.length + 1), messages.map(({ message }) => message)]),
  );
  expect(found).toEqual({
    'rule.ts': [
      'A circle of imports: rule.ts -> adam.ts -> kernel.ts -> rule.ts.',
      'A circle of imports: rule.ts -> sgd.ts -> adam.ts -> kernel.ts -> rule.ts.',
    ],
    'adam.ts': ['A circle of imports: adam.ts -> kernel.ts -> rule.ts -> adam.ts.'],
    'kernel.ts': ['A circle of imports: kernel.ts -> rule.ts -> adam.ts -> kernel.ts.'],
    'sgd.ts': ['A circle of imports: sgd.ts -> adam.ts -> kernel.ts -> rule.ts -> sgd.ts.'],
    'alone.ts': [],
  });
});
