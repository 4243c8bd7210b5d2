import { readFile, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { entryOf } from '@lethe/errors';
import { INSTALLATION } from '@lethe/programs';

const IN_PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\/(.+)$/;
/** Where esbuild names a source in a bundle: in a comment above it, and as the name of a module of CommonJS. */
const NAMED = /^( *(?:\/\/ |"))(.+?)("\(.*)?$/gm;

/**
 * What the sources of a bundle are called in it, wherever they lie on this machine: the user's by their path from the module, a package's
 * by its name and version, Lethe's by their place in it.
 */
export class NamesOfSources {
  readonly #names: ReadonlyMap<string, string>;

  private constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  /** @param sources as esbuild calls them: paths from `folder`, the one of the module */
  static async of(sources: readonly string[], folder: string): Promise<NamesOfSources> {
    const [ownFolder, installation] = [await realpath(folder), await realpath(INSTALLATION)];
    const names = await Promise.all(sources.map(async (source): Promise<[string, string]> =>
      [source, await nameOf(resolve(folder, source), { source, ownFolder, installation })]));
    return new NamesOfSources(new Map(names));
  }

  /** The bundle with these names in its comments. */
  inText(bundle: string): string {
    return bundle.replaceAll(NAMED, (line, ...[before, source, after]: (string | undefined)[]) => {
      const name = this.#names.get(source ?? '');
      return name === undefined ? line : `${before ?? ''}${name}${after ?? ''}`;
    });
  }

  /** The source map with these names. @param json as esbuild writes it */
  inMap(json: string): string {
    const map = JSON.parse(json) as { sources: string[] };
    return JSON.stringify({ ...map, sources: map.sources.map((source) => entryOf(this.#names, source, 'the bundle')) });
  }
}

async function nameOf(
  path: string, { source, ownFolder, installation }: { source: string; ownFolder: string; installation: string },
): Promise<string> {
  const slashed = path.split(sep).join('/');
  const [, folder, name, file] = IN_PACKAGE.exec(slashed) ?? [];
  if (folder !== undefined && name !== undefined && file !== undefined) {
    const { version } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as { version: string };
    return `node_modules/${name}@${version}/${file}`;
  }
  const isOfLethe = path.startsWith(join(installation, 'libs', sep)) && !path.startsWith(join(ownFolder, sep));
  return isOfLethe ? `@lethe/${relative(installation, path).split(sep).join('/')}` : source;
}
