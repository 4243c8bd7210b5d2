import { homedir } from 'node:os';
import { INSTALLATION } from '@lethe/programs';
import { withoutSecrets } from '@lethe/telemetry/log';

/** The homes of other users. */
const HOMES = /(?<![\w.-])\/(?:home|Users)\/[\w.-]+/g;

interface Folders {
  /** Where the user typed. */
  readonly userFolder: string;
  readonly home?: string;
}

/** Text without keys and tokens, and without the folders that tell who somebody is. */
export function privateText(text: string, { userFolder, home = homedir() }: Folders): string {
  const folders: readonly (readonly [string, string])[] = [[INSTALLATION, '<lethe>'], [userFolder, '.'], [home, '~']];
  // The longest first: one may lie in another.
  const ordered = folders.filter(([folder]) => folder.length > 1).sort(([a], [b]) => b.length - a.length);
  const hidden = ordered.reduce((shown, [folder, sign]) => shown.replaceAll(wholePath(folder), sign), withoutSecrets(text));
  return hidden.replaceAll(HOMES, '~');
}

/** The path, but not as a part of a longer name. */
function wholePath(folder: string): RegExp {
  return new RegExp(`(?<![\\w.-])${folder.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.-])`, 'g');
}
