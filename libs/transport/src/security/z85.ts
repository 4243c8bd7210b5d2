/** ZeroMQ's text form of keys (ZeroMQ RFC 32): five letters for four bytes. */
const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const BASE = LETTERS.length;
const LETTERS_PER_WORD = 5;

/** @param bytes a multiple of 4 bytes */
export function z85Encode(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += 4) {
    const word = view.getUint32(at);
    for (let power = LETTERS_PER_WORD - 1; power >= 0; power -= 1) {
      text += LETTERS.charAt(Math.floor(word / BASE ** power) % BASE);
    }
  }
  return text;
}

/** @param text a multiple of 5 letters, made by ZeroMQ */
export function z85Decode(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length / LETTERS_PER_WORD) * 4);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word * LETTERS_PER_WORD < text.length; word += 1) {
    let value = 0;
    for (let letter = 0; letter < LETTERS_PER_WORD; letter += 1) {
      value = value * BASE + LETTERS.indexOf(text.charAt(word * LETTERS_PER_WORD + letter));
    }
    view.setUint32(word * 4, value);
  }
  return bytes;
}
