import { readFileSync } from 'node:fs';

/** Version of Lethe that is installed here. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}
