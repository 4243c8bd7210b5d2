import type { Window } from '../layers.js';
import type { ImageSize } from './images.js';
import { checkCount, unfitting } from './layer.js';

/** Height and width of a window in pixels. One number: both, or the length of a window over a signal. */
export type WindowSize = number | Window;

/** `same`: as many borders as it takes for an output of the input's size divided by the stride, rounded up. `valid`: none. */
export type Padding = 'same' | 'valid';

/** An image with `pixels` around it, and a signal with as many at its ends. */
export function borderOf(name: string, pixels: number, { width }: ImageSize): Window {
  if (pixels !== 0) checkCount(name, 'padding', pixels);
  return [pixels, width === 1 ? 0 : pixels];
}

/** A window over images of that size: a signal has windows of width 1. */
export function windowOver(name: string, size: WindowSize, { width }: ImageSize): Window {
  const window: Window = typeof size === 'number' ? [size, width === 1 ? 1 : size] : size;
  for (const side of window) checkCount(name, 'size', side);
  return window;
}

/** Height and width of what a window that moves by `stride` gives. @throws LetheError GAME_INVALID if it is larger than the image */
export function windowedSize(
  name: string, { height, width, channels }: ImageSize, window: Window, { stride, padding }: { stride: number; padding: Padding },
): Window {
  checkCount(name, 'stride', stride);
  if (padding === 'same') return [Math.ceil(height / stride), Math.ceil(width / stride)];
  const [rows, columns] = window;
  if (rows > height || columns > width) {
    throw unfitting(
      name, `an image of at least ${rows} x ${columns} pixels (its window)`, [height, width, channels],
      'Make the window smaller, or the image less small in the layers before.',
    );
  }
  return [Math.floor((height - rows) / stride) + 1, Math.floor((width - columns) / stride) + 1];
}
