import { gatherImages, type DataSource, type Dataset } from '@lethe/data';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** Values of training images, and of test images, that are looked at: those of both take less than 0.2 s. */
const MOST_VALUES = 1e7;
/** Values that are looked at before others have their turn. */
const VALUES_AT_ONCE = 5e5;

/**
 * Mean squared error of test images each of which is taken for the mean of the training images: what is reached where nothing is known
 * of an image. Of more values than are looked at, images spread evenly over the data count.
 */
export async function meanImageError({ train, test }: Pick<DataSource, 'train' | 'test'>, mostValues = MOST_VALUES): Promise<number> {
  let [mean, examples] = [new Float64Array(0), 0];
  await forEachImage(train, mostValues, (image) => {
    if (examples === 0) mean = new Float64Array(image.length);
    examples += 1;
    for (let pixel = 0; pixel < image.length; pixel += 1) mean[pixel] = (mean[pixel] as number) + (image[pixel] as number);
  });
  mean = mean.map((sum) => sum / examples);
  let [errors, values] = [0, 0];
  await forEachImage(test, mostValues, (image) => {
    values += image.length;
    for (let pixel = 0; pixel < image.length; pixel += 1) errors += ((image[pixel] as number) - (mean[pixel] as number)) ** 2;
  });
  return errors / values;
}

/** Shows images as networks see them, at most so many values of them. */
async function forEachImage(dataset: Dataset, mostValues: number, show: (image: Float32Array) => void): Promise<void> {
  const { height, width, channels } = dataset.inputs.shape;
  const size = height * width * channels;
  const shown = Math.min(dataset.count, Math.max(1, Math.floor(mostValues / size)));
  const chosen = Uint32Array.from({ length: shown }, (_, place) => Math.floor((place * dataset.count) / shown));
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / size));
  for (let first = 0; first < shown; first += atOnce) {
    const images = gatherImages(dataset, chosen.subarray(first, first + atOnce));
    for (let start = 0; start < images.length; start += size) show(images.subarray(start, start + size));
    await yieldToEventLoop();
  }
}
