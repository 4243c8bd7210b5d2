import { Drawing } from './drawing.js';
import { openModel } from './model.js';

const MODEL = './model';
/** Features lie about 0, most of them nearer to it than this. */
const WIDEST = 4;
const byId = (id) => document.getElementById(id);
const status = byId('status');
const input = byId('input');

let model = null;
/** What is drawn changed while the networks computed. */
let isStale = false;
let isComputing = false;

const drawing = new Drawing(byId('drawing'), () => { void show(); });
byId('clear').addEventListener('click', () => {
  drawing.clear();
  void show();
});

try {
  model = await openModel(MODEL);
  const { height, width } = model.preprocessing;
  Object.assign(input, { width, height });
  byId('redrawn').replaceChildren(...model.labels.map((label) => redrawnFigure(label, { width, height })));
  status.textContent = 'Draw with the mouse, a finger or a pen.';
  document.body.dataset.state = 'ready';
} catch (error) {
  status.classList.add('failed');
  const command = 'npx lethe export RUN --out examples/encode-in-the-browser/public/model';
  status.textContent = `${error.message}\n${command} writes the networks of a run here.`;
  document.body.dataset.state = 'failed';
}

/** Shows what the networks make of the drawing; while they compute, the last of all changes waits. */
async function show() {
  if (model === null || isComputing) {
    isStale = true;
    return;
  }
  isComputing = true;
  document.body.dataset.computing = '';
  do {
    isStale = false;
    const bytes = drawing.drawSmall(input);
    const features = bytes === null ? [] : await model.encode(model.inputsOf(bytes));
    showFeatures(features);
    showRedrawn(bytes === null ? null : await model.redraw(features));
  } while (isStale);
  isComputing = false;
  delete document.body.dataset.computing;
  document.body.dataset.shown = '';
}

function showFeatures(features) {
  byId('features').replaceChildren(...Array.from(features, (value) => {
    const item = document.createElement('li');
    const [bar, part, output] = ['div', 'i', 'output'].map((name) => document.createElement(name));
    const share = 50 * Math.min(1, Math.abs(value) / WIDEST);
    bar.className = 'bar';
    Object.assign(part.style, { left: `${value < 0 ? 50 - share : 50}%`, width: `${share}%` });
    output.textContent = value.toFixed(3);
    output.dataset.value = String(value);
    bar.append(part);
    item.append(bar, output);
    return item;
  }));
}

function redrawnFigure(label, size) {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = label;
  figure.append(Object.assign(document.createElement('canvas'), size), caption);
  return figure;
}

/** @param images [labels, height, width, channels]; null: nothing is drawn */
function showRedrawn(images) {
  const { height, width, channels, divisor, shift } = model.preprocessing;
  const pixels = height * width;
  for (const [label, canvas] of byId('redrawn').querySelectorAll('canvas').entries()) {
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, width, height);
    if (images === null) continue;
    const image = context.createImageData(width, height);
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      for (let colour = 0; colour < 3; colour += 1) {
        const value = images[(label * pixels + pixel) * channels + Math.min(colour, channels - 1)];
        image.data[4 * pixel + colour] = Math.round((value - shift) * divisor);
      }
      image.data[4 * pixel + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }
}
