import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matlabBytes } from '@lethe/testing';
import sharp from 'sharp';

/** Bytes that differ from place to place. */
function someBytes(length: number, start: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (start + index * 37) % 251);
}

/** A data folder with a little of what every recipe of domain adaptation reads. */
export async function makeAdaptationData(folder: string): Promise<void> {
  for (const name of ['bsds500', 'mnist_m', 'svhn', 'usps', 'heart_disease', 'own']) mkdirSync(join(folder, name), { recursive: true });
  await writePng(join(folder, 'bsds500', 'photo.png'), 40, 1);
  for (let image = 0; image < 10; image += 1) await writePng(join(folder, 'mnist_m', `${image}.png`), 32, image);
  writeFileSync(join(folder, 'mnist_m', 'test_labels.txt'), Array.from({ length: 10 }, (_, image) => `${image}.png ${image}\n`).join(''));
  writeFileSync(join(folder, 'svhn', 'svhn_test10k_32x32.mat'), matlabBytes([
    { name: 'X', dimensions: [32, 32, 3, 40], values: someBytes(32 * 32 * 3 * 40, 3), compressed: true },
    { name: 'y', dimensions: [40, 1], values: Uint8Array.from({ length: 40 }, (_, index) => 1 + (index % 10)) },
  ]));
  for (const [name, count] of [['usps', 30], ['usps.t', 10]] as const) {
    const lines = Array.from({ length: count }, (_, image) => `${1 + (image % 10)} 1:-1 ${2 + image}:0.5 256:1\n`);
    writeFileSync(join(folder, 'usps', name), lines.join(''));
  }
  for (const [index, hospital] of ['cleveland', 'hungarian', 'switzerland', 'va'].entries()) {
    writeFileSync(join(folder, 'heart_disease', `processed.${hospital}.data`), patients(index));
  }
  await writeOwnImages(join(folder, 'own'));
}

const HEADER = 'age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal,target';

/** Forty rows in which a low heart rate and a high age go with the disease; each hospital is older than the one before. */
function patients(hospital: number): string {
  const rows = Array.from({ length: 40 }, (_, row) => {
    const isIll = row % 2 === 1;
    const [age, heartRate] = [40 + 5 * hospital + (isIll ? 10 : 0) + (row % 7), 150 - (isIll ? 30 : 0) - (row % 11)];
    return [
      age, row % 2, 1 + (row % 4), 120 + row, row % 5 === 0 ? '?' : 200 + row, 0, row % 3,
      heartRate, isIll ? 1 : 0, row % 4, 1 + (row % 3), '', 3, isIll ? 1 + (row % 4) : 0,
    ].join(',');
  });
  return `${[HEADER, ...rows].join('\n')}\n`;
}

/** Twelve images by day with labels and twelve by night without. */
async function writeOwnImages(folder: string): Promise<void> {
  const rows = ['file,domain,label'];
  for (let image = 0; image < 48; image += 1) {
    const isDay = image < 24;
    await writePng(join(folder, `${image}.png`), 8, image);
    rows.push(`${image}.png,${isDay ? 'day' : 'night'},${isDay ? ['cat', 'dog'][image % 2] ?? '' : ''}`);
  }
  writeFileSync(join(folder, 'labels.csv'), `${rows.join('\n')}\n`);
}

async function writePng(file: string, side: number, start: number): Promise<void> {
  await sharp(someBytes(side * side * 3, start), { raw: { width: side, height: side, channels: 3 } }).png().toFile(file);
}
