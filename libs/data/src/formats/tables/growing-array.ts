const PIECE_LENGTH = 1 << 16;

/** Numbers whose count is not known before: kept in pieces, so that growing copies none of them. */
export class GrowingArray<Numbers extends Uint32Array | Float64Array> {
  readonly #create: (length: number) => Numbers;
  readonly #pieces: Numbers[] = [];
  #last: Numbers;
  #length = 0;

  constructor(create: (length: number) => Numbers) {
    this.#create = create;
    this.#last = create(0);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const place = this.#length % PIECE_LENGTH;
    if (place === this.#last.length || (place === 0 && this.#length > 0)) this.#grow(place);
    this.#last[place] = value;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#pieces[Math.floor(index / PIECE_LENGTH)]?.[index % PIECE_LENGTH] ?? NaN;
  }

  set(index: number, value: number): void {
    const piece = this.#pieces[Math.floor(index / PIECE_LENGTH)];
    if (piece !== undefined) piece[index % PIECE_LENGTH] = value;
  }

  /** All numbers in one array; none are left here, so that they do not take memory twice. */
  take(): Numbers {
    const joined = this.#create(this.#length);
    for (const [index, piece] of this.#pieces.splice(0).entries()) {
      const start = index * PIECE_LENGTH;
      joined.set(piece.subarray(0, this.#length - start), start);
    }
    this.#last = this.#create(0);
    this.#length = 0;
    return joined;
  }

  /** The first piece grows by doubling: a table may have very many columns and few rows. */
  #grow(place: number): void {
    if (place === 0) {
      this.#last = this.#create(this.#length === 0 ? 16 : PIECE_LENGTH);
      this.#pieces.push(this.#last);
      return;
    }
    const larger = this.#create(Math.min(2 * this.#last.length, PIECE_LENGTH));
    larger.set(this.#last);
    this.#last = larger;
    this.#pieces[this.#pieces.length - 1] = larger;
  }
}
