/**
 * Pixels of a letter, and of the gap behind it. Letters are drawn here: sharp would take them from the fonts of the machine, which differ,
 * and of which a bare one has none.
 */
export const LETTER = { width: 5, height: 7, gap: 1 } as const;

/** The printable characters of ASCII in their order: a byte for each column of a letter, whose lowest bit is the uppermost pixel. */
const COLUMNS = Buffer.from([
  '000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500000070000001c2241000041221c002a1c7f1c2a08083e08080040300000',
  '0808080808000060600020100804023e5149453e00427f400072494949462141494d331814127f1027454545393c4a49493141211109073649494936464949291e',
  '0000140000004034000000081422411414141414004122140802015909063e415d594e7c1211127c7f494949363e414141227f4141413e7f494949417f09090901',
  '3e414151737f0808087f00417f41002040413f017f081422417f404040407f021c027f7f0408107f3e4141413e7f090909063e4151215e7f091929462649494932',
  '03017f01033f4040403f1f2040201f3f4038403f631408146303047804036159494d43007f4141410204081020004141417f040201020440404040400003040000',
  '20545478407f284444383844444428384444287f385454541800087e09021824241c787f0804047800447d40002040403d007f1028440000417f40007c04780478',
  '7c0804047838444444387c14242418182424147c7c08040408485454542404043f44243c4040207c1c2040201c3c4030403c44281028444c5050503c4464544c44',
  '0008364100000077000000413608000201020402',
].join(''), 'hex');

const [FIRST, LAST] = [0x20, 0x7e];

/** Whether a pixel of a letter is drawn. Characters that there are no letters for are shown as question marks. */
export function isInked(character: string, row: number, column: number): boolean {
  const code = character.codePointAt(0) ?? FIRST;
  const known = code >= FIRST && code <= LAST ? code : '?'.charCodeAt(0);
  return (((COLUMNS[(known - FIRST) * LETTER.width + column] ?? 0) >> row) & 1) === 1;
}

/** Pixels from the first to the last letter of a line. */
export function lineWidth(text: string): number {
  return Math.max(0, Array.from(text).length * (LETTER.width + LETTER.gap) - LETTER.gap);
}
