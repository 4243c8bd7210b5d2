import { convertImages, type ImageBlock } from '../formats/convert-images.js';
import type { Domain, DomainOptions } from './domain.js';

/** A block of images and the class of each. */
export interface LabelledBlock extends ImageBlock {
  readonly labels: readonly (string | null)[];
}

/** A domain of images, brought to the size and colours that are asked for. */
export async function imageDomain(name: string, parts: Readonly<Record<'train' | 'test', LabelledBlock>>, { imageSize, channels }: DomainOptions): Promise<Domain> {
  const shape = { height: imageSize, width: imageSize, channels };
  const { train, test } = parts;
  return {
    name, shape,
    train: { images: await convertImages(train, shape), labels: train.labels },
    test: { images: await convertImages(test, shape), labels: test.labels },
  };
}
