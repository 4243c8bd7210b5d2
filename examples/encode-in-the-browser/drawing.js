const INK = '#fff';
const PAPER = '#000';
/** Of the side of the drawing. */
const PEN_WIDTH = 0.085;
/** Darker pixels are paper. */
const LEAST_INK = 20;
/** The digits of MNIST fill 20 of 28 pixels. */
const FILLED = 20 / 28;

/** A canvas to draw on, with a mouse, a finger or a pen. */
export class Drawing {
  #canvas;
  #context;

  /** @param {HTMLCanvasElement} canvas @param {() => void} onChange */
  constructor(canvas, onChange) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
    Object.assign(this.#context, { lineCap: 'round', lineJoin: 'round', lineWidth: PEN_WIDTH * canvas.width, strokeStyle: INK });
    this.clear();
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#context.beginPath();
      this.#context.moveTo(...this.#placeOf(event));
      this.#lineTo(event);
      onChange();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      this.#lineTo(event);
      onChange();
    });
  }

  clear() {
    this.#context.fillStyle = PAPER;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /**
   * Draws it as the digits of MNIST lie in their images: the ink fills 20 of 28 pixels, and its centre of mass is in the middle.
   * @param {HTMLCanvasElement} target
   * @returns {Uint8ClampedArray | null} a byte for each pixel of the target; null: nothing is drawn
   */
  drawSmall(target) {
    const ink = inkOf(this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
    const context = target.getContext('2d', { willReadFrequently: true });
    context.fillStyle = PAPER;
    context.fillRect(0, 0, target.width, target.height);
    if (ink === null) return null;
    const scale = (FILLED * target.width) / Math.max(ink.right - ink.left, ink.bottom - ink.top);
    context.imageSmoothingQuality = 'high';
    const side = scale * this.#canvas.width;
    context.drawImage(this.#canvas, target.width / 2 - scale * ink.x, target.height / 2 - scale * ink.y, side, side);
    const { data } = context.getImageData(0, 0, target.width, target.height);
    return data.filter((_, index) => index % 4 === 0);
  }

  #lineTo(event) {
    this.#context.lineTo(...this.#placeOf(event));
    this.#context.stroke();
  }

  #placeOf({ offsetX, offsetY }) {
    const { width, height, clientWidth, clientHeight } = this.#canvas;
    return [(offsetX / clientWidth) * width, (offsetY / clientHeight) * height];
  }
}

/** The box around the ink and its centre of mass, in pixels; null: there is none. */
function inkOf({ data, width, height }) {
  const ink = { left: width, top: height, right: 0, bottom: 0 };
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const brightness = data[4 * (row * width + column)];
      if (brightness < LEAST_INK) continue;
      Object.assign(ink, {
        left: Math.min(ink.left, column), right: Math.max(ink.right, column + 1),
        top: Math.min(ink.top, row), bottom: Math.max(ink.bottom, row + 1),
      });
      mass += brightness;
      x += brightness * (column + 0.5);
      y += brightness * (row + 0.5);
    }
  }
  return mass === 0 ? null : { ...ink, x: x / mass, y: y / mass };
}
