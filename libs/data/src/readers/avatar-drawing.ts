import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LetheError } from '@lethe/errors';

/** What a drawn face has or has not. */
export interface AvatarTraits {
  readonly glasses: boolean;
  readonly beard: boolean;
  readonly smile: boolean;
}

/** Draws the face of that number, which is another whenever the number is. @returns an SVG of AVATAR_SIDE x AVATAR_SIDE */
export type DrawAvatar = (number: number, traits: AvatarTraits) => string;

/** Units of the drawing. */
export const AVATAR_SIDE = 280;

const PACKAGES = ['@dicebear/core', '@dicebear/avataaars'] as const;
const require = createRequire(import.meta.url);

/**
 * Nearly all that a face can be. Left out are beards that are hardly seen on some skin, and eyes and mouths that are neither merry nor
 * earnest. Glasses are of one kind and colour, and eyes are seen through them: whoever is told that there are glasses can draw them, and
 * nothing else in a face depends on them. Of several kinds, features that keep the kind to rebuild it would tell that there are glasses,
 * and those without it would leave a decoder nothing to draw them from.
 */
const LOOKS = {
  // Without its number sign. The package leaves the background out if it is its own blue (65c9ff).
  backgroundColor: ['b6e3f4', 'c0aede', 'd1d4f9', 'ffdfbf'],
  skinColor: ['614335', 'ae5d29', 'd08b5b', 'edb98a', 'ffdbb4'],
  eyes: ['closed', 'default', 'happy', 'side', 'squint', 'surprised', 'wink'],
  accessories: ['prescription01'],
  accessoriesColor: ['262e33'],
  facialHair: ['beardLight', 'beardMajestic', 'beardMedium'],
  facialHairColor: ['2c1b18', 'c93305', 'd6b370', 'e8e1e1'],
} as const;
const MOUTHS = { smiling: ['smile', 'twinkle'], others: ['concerned', 'disbelief', 'grimace', 'sad', 'serious'] } as const;

/** Loads the packages that draw: 0.4 MB that only who draws needs. */
export async function loadAvatarDrawing(): Promise<DrawAvatar> {
  const [{ createAvatar }, avataaars] = await Promise.all([import('@dicebear/core'), import('@dicebear/avataaars')]);
  const always = (is: boolean): number => (is ? 100 : 0);
  return (number, { glasses, beard, smile }) => createAvatar(avataaars, {
    ...asOptions(LOOKS),
    seed: `avatar ${number}`,
    accessoriesProbability: always(glasses),
    facialHairProbability: always(beard),
    mouth: [...(smile ? MOUTHS.smiling : MOUTHS.others)],
  }).toString();
}

/** The package takes lists that it could change. */
function asOptions(looks: typeof LOOKS): { -readonly [Name in keyof typeof LOOKS]: (typeof LOOKS)[Name][number][] } {
  return Object.fromEntries(Object.entries(looks).map(([name, values]) => [name, [...values]])) as ReturnType<typeof asOptions>;
}

/**
 * Text that is another whenever faces could be drawn otherwise; the packages themselves are not loaded.
 * @throws LetheError DATA_MISSING when they are not installed
 */
export function identityOfDrawing(): string {
  return JSON.stringify([LOOKS, MOUTHS, PACKAGES.map(versionOf)]);
}

function versionOf(name: string): string {
  try {
    const entry = require.resolve(name);
    const folder = entry.slice(0, entry.lastIndexOf(join('node_modules', name)));
    const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string };
    return `${name} ${manifest.version}`;
  } catch (cause) {
    const message = `expected the npm package ${name}, which draws avatars, found it not installed: run npm ci`;
    throw new LetheError('DATA_MISSING', message, { cause });
  }
}
