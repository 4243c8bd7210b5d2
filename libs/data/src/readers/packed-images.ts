import { convertImages } from '../formats/images/convert-images.js';
import type { LabelledImages } from '../formats/images/labelled-images.js';
import { invalidData } from '../invalid-data.js';
import { arrayReader, joinedReader } from '../inputs/input-readers.js';
import { categoryAttribute } from '../model/attributes.js';
import { TEST_SHARE, type Examples, type Split } from '../model/examples.js';
import { shapeInWords } from '../model/inputs.js';
import type { ReaderOptions } from './reader.js';

/** Images of a training and a test part that are in memory, and where they came from. */
export interface ImageParts {
  /** Folder or package, for messages. */
  readonly origin: string;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** Place of an image of one of the parts, for messages. */
  readonly where: (part: 'train' | 'test', image: number) => string;
}

/** The examples of files that hold many images of one size, brought to the size and colours of the options. */
export async function imageExamples(
  { origin, train, test, where }: ImageParts, { imageSize, channels }: Pick<ReaderOptions, 'imageSize' | 'channels'>,
): Promise<Examples> {
  const [own, other] = [shapeInWords(train.shape), shapeInWords(test.shape)];
  if (imageSize === null && own !== other) throw invalidData(origin, `test images of ${own} like the training images`, other);
  const converted = async (images: LabelledImages): Promise<ReturnType<typeof arrayReader>> => {
    if (imageSize === null) return arrayReader(images.images, images.shape);
    const shape = { height: imageSize, width: imageSize, channels };
    return arrayReader(await convertImages(images, shape), shape);
  };
  const inputs = joinedReader([await converted(train), await converted(test)]);
  const labels = categoryAttribute('label', [...train.labels, ...test.labels]);
  return {
    origin, count: inputs.count, inputs, features: [], attributes: [labels], label: 'label', domain: null,
    splits: Array.from({ length: inputs.count }, (_, image): Split => (image < train.count ? 'train' : 'test')), testShare: TEST_SHARE,
    weights: null, groups: null, columns: [], notes: [],
    where: (image) => (image < train.count ? where('train', image) : where('test', image - train.count)),
  };
}
