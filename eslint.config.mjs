import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import jsoncParser from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';
import { noFormerWords } from './tools/lint/former-words.mjs';
import { noImportCircle } from './tools/lint/no-import-circle.mjs';

const SPECS = ['**/*.spec.ts', 'libs/*/testing/**/*.ts', 'apps/e2e/src/**/*.ts'];
const SCRIPTS = ['**/*.{js,mjs,cjs}'];
const nodeGlobals = Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']));
const TENSORFLOW = '@tensorflow/*';
const WIRE = ['zeromq'];
const CODEC = ['protobufjs', 'protobufjs/*'];

/**
 * Which layer may import which. Arrows point down: apps -> program -> engine -> io and math -> contract -> base. `setup` installs
 * TensorFlow: what computes with TensorFlow may ask where it is, and programs whether it is there. Reports are of `engine`, as they draw
 * the results of evaluation.
 */
const LAYERS = {
  base: { may: ['base'], banned: [...WIRE, ...CODEC, TENSORFLOW] },
  setup: { may: ['base'], banned: [...WIRE, ...CODEC] },
  contract: { may: ['contract', 'base'], banned: [...WIRE, TENSORFLOW] },
  math: { may: ['math', 'setup', 'contract', 'base'], banned: [...WIRE] },
  io: { may: ['io', 'contract', 'base'], banned: [TENSORFLOW] },
  engine: { may: ['engine', 'io', 'math', 'contract', 'base'], banned: [...WIRE, ...CODEC] },
  test: { may: ['test', 'io', 'math', 'contract', 'base'], banned: [...WIRE, ...CODEC] },
  program: { may: ['program', 'engine', 'io', 'math', 'setup', 'contract', 'base'], banned: [...WIRE, ...CODEC, TENSORFLOW] },
  app: { may: ['program', 'engine', 'io', 'math', 'setup', 'contract', 'base'], banned: [...WIRE, ...CODEC, TENSORFLOW] },
  'end-to-end': { may: ['program', 'engine', 'io', 'math', 'contract', 'base', 'test'], banned: [...CODEC] },
  tool: { may: ['tool', 'engine', 'io', 'math', 'setup', 'contract', 'base', 'test'], banned: [] },
};

/** The module boundaries, with what specs may import besides. */
function boundaries(alsoMayImport = []) {
  const depConstraints = Object.entries(LAYERS).map(([layer, { may, banned }]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: [...may, ...alsoMayImport].map((target) => `layer:${target}`),
    bannedExternalImports: banned,
  }));
  return ['error', { allowCircularSelfDependency: false, allow: [], depConstraints }];
}

const environment = { name: 'node:process', importNames: ['env'], message: 'Only apps/*/src/main.ts reads the environment.' };
const cores = {
  name: 'node:os',
  importNames: ['availableParallelism'],
  message: 'It does not know the quota of a container: usableCores() of @lethe/config does.',
};
const zeromq = { name: 'zeromq', message: 'Only libs/transport knows ZeroMQ.' };
const tensorTypes = {
  group: [TENSORFLOW],
  allowTypeImports: true,
  message: 'Compute through @lethe/tensorflow; only types may be named here.',
};
const zlib = { regex: '^(node:)?zlib$', message: 'Data are unpacked in libs/data/src/formats/archives/unpacking.ts, which bounds them.' };
const setup = { name: '@lethe/tensorflow-setup', message: 'Only libs/tensorflow and programs look where TensorFlow is.' };
const files = {
  regex: '^(node:)?(fs|net|child_process|worker_threads)(/|$)',
  message: 'Files, sockets and processes belong to io and apps.',
};

/** What the command line does is done by the library. Settings, messages and what is shown on a terminal are its own. */
const library = {
  regex: '^@lethe/(?!(lethe(/(cache-kinds|exit-codes|own-version))?|config(/flags)?|errors|telemetry(/printable)?)$)',
  message: 'The command line calls the face of @lethe/lethe; besides, it reads flags (config), shows (telemetry) and fails (errors).',
};

const VARIADIC = 'push|unshift|splice|toSpliced|concat|max|min|hypot|fromCharCode|fromCodePoint|of|assign';

/** Every element becomes an argument of its own, and arguments lie on the stack: about 120,000 of them overflow it. */
const spreadArguments = {
  selector: `CallExpression[callee.property.name=/^(${VARIADIC})$/] > SpreadElement`,
  message: 'A list as large as data overflows the stack when it is spread into arguments: use flat, an array, reduce or TypedArray.set.',
};

/** Rules of this repository. */
const lethe = { rules: { 'no-former-words': noFormerWords, 'no-import-circle': noImportCircle } };
const lineLength = ['error', { code: 140, ignoreUrls: true }];

function restrictedImports(paths, patterns = []) {
  return { '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }] };
}

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/generated', '**/test-output', '**/coverage', '**/vitest.config.mts', 'libs/optim/assembly'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX, '@nx': nx, lethe },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      'lethe/no-former-words': 'error',
      'lethe/no-import-circle': 'error',
      'max-len': lineLength,
      'import-x/no-default-export': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/require-await': 'off', // an in-memory twin answers at once behind an asynchronous port
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: environment.message }],
      'no-restricted-syntax': ['error', spreadArguments],
      eqeqeq: 'error',
      ...restrictedImports([environment, zeromq, cores]),
    },
  },
  { files: ['libs/transport/**/*.ts'], rules: restrictedImports([environment, cores]) },
  {
    // The one place where a library looks at the environment: what callers do not say is inherited, as Node's own `spawn` has it.
    files: ['libs/lethe/src/process-environment.ts'],
    rules: restrictedImports([zeromq, cores]),
  },
  { files: ['libs/config/src/usable-cores.ts'], rules: restrictedImports([environment, zeromq]) },
  {
    files: ['libs/data/**/*.ts'],
    ignores: ['libs/data/src/formats/archives/unpacking.ts'],
    rules: restrictedImports([environment, zeromq, cores], [zlib]),
  },
  {
    files: ['libs/{errors,protocol,networks,objectives,optim}/**/*.ts'],
    rules: restrictedImports([environment, zeromq, cores, setup], [files]),
  },
  {
    files: ['libs/{parameter-store,membership,graphs,cluster,worker,evaluation}/**/*.ts'],
    rules: restrictedImports([environment, zeromq, cores], [files, tensorTypes]),
  },
  {
    files: ['libs/tensorflow-setup/**/*.ts'],
    rules: restrictedImports([environment, zeromq, cores], [{ group: [TENSORFLOW], message: 'The package is found here, never loaded.' }]),
  },
  {
    // Whoever calls it decides what is shown, which signals end it and when its process ends.
    files: ['libs/lethe/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        ...['env', 'stdout', 'stderr', 'on', 'once', 'exit', 'exitCode', 'argv'].map((property) => ({
          object: 'process',
          property,
          message: 'A library has no output, signal handlers or end of the process: apps have.',
        })),
      ],
    },
  },
  { files: ['apps/coordinator/src/**/*.ts'], rules: restrictedImports([environment, zeromq, cores], [library]) },
  { files: ['libs/testing/**/*.ts'], rules: restrictedImports([environment, zeromq, cores], [tensorTypes]) },
  {
    files: SPECS,
    rules: {
      '@nx/enforce-module-boundaries': boundaries(['test']),
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      ...restrictedImports([]),
    },
  },
  {
    files: ['apps/*/src/main.ts', 'libs/tensorflow-setup/src/this-process.ts', 'tools/**/*.ts'],
    rules: { 'no-restricted-properties': 'off', ...restrictedImports([cores]) },
  },
  { files: ['apps/coordinator/src/main.ts'], rules: restrictedImports([cores], [library]) },
  {
    files: SCRIPTS,
    languageOptions: { globals: nodeGlobals },
    rules: { 'max-len': lineLength },
  },
  {
    // Pages, which run in a browser.
    files: ['examples/*/*.js'],
    languageOptions: { globals: Object.fromEntries(['document', 'fetch'].map((name) => [name, 'readonly'])) },
  },
  {
    // Lethe takes what such a module exports by default.
    files: ['examples/*/*.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: ['**/package.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsoncParser },
    rules: {
      // Which dependencies are no longer used is knip's question.
      '@nx/dependency-checks': [
        'error',
        {
          buildTargets: ['build'],
          checkObsoleteDependencies: false,
          ignoredFiles: ['{projectRoot}/vitest.config.mts', '{projectRoot}/**/*.spec.ts'],
          ignoredDependencies: ['tslib', 'nx'],
        },
      ],
    },
  },
);
