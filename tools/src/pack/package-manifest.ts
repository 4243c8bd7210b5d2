import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages of which a part is packed with Lethe (`bundle.mjs`): no dependencies. */
const PACKED_PACKAGES = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-node-gpu'];

/** What npm is told of a package, as far as it is read here. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The package's `package.json`. */
export interface PackageManifest extends Required<Manifest> {
  readonly [field: string]: unknown;
}

/** Whose dependencies the package has: the programs of a run, and what a program imports. */
const ROOTS = ['@lethe/coordinator', '@lethe/worker-program', '@lethe/parameter-server', '@lethe/lethe'];
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** The manifest of the package, made of those of the workspace. @throws Error naming a dependency that has no exact version, or two */
export function packageManifest(workspace: string): PackageManifest {
  const manifests = new Map(manifestsOf(workspace).map((manifest) => [manifest.name, manifest]));
  const { version, license } = found(manifests, '@lethe/lethe');
  const { engines } = read(join(workspace, 'package.json')) as unknown as { engines: Record<string, string> };
  return {
    name: '@lethe/lethe',
    version,
    description: 'Trains encoders that forget one thing about what they see, and measures what is left of it',
    keywords: ['machine-learning', 'representation-learning', 'adversarial-training', 'fairness', 'domain-adaptation', 'tensorflow'],
    license,
    type: 'module',
    engines,
    bin: { lethe: 'bin/lethe.mjs' },
    exports: { '.': entryOf('index'), './game': entryOf('game'), './package.json': './package.json' },
    dependencies: dependenciesOf(shipped(manifests)),
  };
}

function entryOf(name: string): { readonly types: string; readonly default: string } {
  return { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

function read(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

function manifestsOf(workspace: string): Manifest[] {
  return ['apps', 'libs'].flatMap((place) =>
    readdirSync(join(workspace, place)).map((project) => read(join(workspace, place, project, 'package.json'))));
}

function found(manifests: ReadonlyMap<string, Manifest>, name: string): Manifest {
  const manifest = manifests.get(name);
  if (manifest === undefined) throw new Error(`expected the package ${name} in apps or libs, found none`);
  return manifest;
}

/** The workspace's packages that the roots are made of. */
function shipped(manifests: ReadonlyMap<string, Manifest>): Manifest[] {
  const names = new Set(ROOTS);
  // A set is gone through with what is added to it meanwhile.
  for (const name of names) {
    for (const dependency of Object.keys(found(manifests, name).dependencies ?? {})) if (manifests.has(dependency)) names.add(dependency);
  }
  return [...names].map((name) => found(manifests, name));
}

/** All other dependencies of the workspace's packages, by name. */
function dependenciesOf(packages: readonly Manifest[]): Record<string, string> {
  const own = new Set(packages.map(({ name }) => name));
  const versions = new Map<string, string>();
  for (const { name, dependencies = {} } of packages) {
    for (const [dependency, version] of Object.entries(dependencies)) {
      if (own.has(dependency) || PACKED_PACKAGES.includes(dependency)) continue;
      if (!EXACT.test(version)) throw new Error(`${name}: expected an exact version of ${dependency}, found ${version}`);
      const other = versions.get(dependency) ?? version;
      if (other !== version) throw new Error(`${name}: expected ${dependency} ${other}, as another package has, found ${version}`);
      versions.set(dependency, version);
    }
  }
  return Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
}
