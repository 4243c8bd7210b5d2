import type { AvatarsConfig } from '@lethe/config';
import { drawingDecoder, identityOfForm, type ImageForm } from '../formats/images/decode-image.js';
import { imageReader } from '../formats/images/image-reader.js';
import type { CategoryAttribute } from '../model/attributes.js';
import { TEST_SHARE, type Examples } from '../model/examples.js';
import type { InputReader } from '../model/inputs.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';
import { AVATAR_SIDE, identityOfDrawing, loadAvatarDrawing, type AvatarTraits, type DrawAvatar } from './avatar-drawing.js';
import type { Reader } from './reader.js';

const TRAITS = ['glasses', 'beard', 'smile'] as const;
const NO_OR_YES = ['no', 'yes'] as const;
/** Each combination of the traits once. */
const BLOCK = 2 ** TRAITS.length;
const ORIGIN = 'avatars';

/**
 * Drawn faces that have glasses, a beard and a smile or not. Of each eight that follow each other, every combination is there once: half
 * of the faces have each, whatever else they have. The faces are the same in every run, whatever its seed is.
 */
export const readAvatars: Reader<AvatarsConfig> = ({ count }, { imageSize, channels, reading: { rules, background } }) => {
  if (imageSize === null) throw new TypeError('drawings have no size of their own');
  const traits = drawTraits(count);
  const form: ImageForm = { shape: { height: imageSize, width: imageSize, channels }, rules, background };
  const examples: Examples = {
    origin: ORIGIN, count, inputs: avatarReader(traits, form), features: [], label: TRAITS[0], domain: null,
    attributes: TRAITS.map((name): CategoryAttribute => (
      { kind: 'category', name, categories: NO_OR_YES, values: Uint32Array.from(traits, (face) => Number(face[name])) }
    )),
    splits: null, testShare: TEST_SHARE, weights: null, groups: null, notes: [],
    where: (face) => `avatar ${face}`,
    columns: TRAITS.map((name) => ({ name, description: 'drawn' })),
  };
  return Promise.resolve(examples);
};

/** What each of so many faces has. */
export function drawTraits(count: number): AvatarTraits[] {
  const generator = seededGenerator('avatars', 0, 0);
  const blocks = Array.from({ length: Math.ceil(count / BLOCK) }, () => (
    shuffle(Uint32Array.from({ length: BLOCK }, (_, combination) => combination), generator)
  ));
  return blocks.flatMap((block) => Array.from(block, (combination): AvatarTraits => (
    { glasses: (combination & 1) > 0, beard: (combination & 2) > 0, smile: (combination & 4) > 0 }
  ))).slice(0, count);
}

function avatarReader(traits: readonly AvatarTraits[], form: ImageForm): InputReader {
  let drawing: Promise<DrawAvatar> | undefined;
  return imageReader({
    count: traits.length,
    expected: (face) => `avatar ${face}: expected a drawing`,
    load: async (face) => {
      drawing ??= loadAvatarDrawing();
      return Buffer.from((await drawing)(face, traits[face] as AvatarTraits));
    },
    identity: async () => JSON.stringify([ORIGIN, identityOfDrawing(), await identityOfForm(form)]),
  }, form, (toForm) => drawingDecoder(toForm, AVATAR_SIDE));
}
