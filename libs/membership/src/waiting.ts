import type { LetheError } from '@lethe/errors';
import type { MessageBody } from '@lethe/protocol';
import type { Member } from './member.js';

interface Condition {
  readonly holds: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Expectation {
  readonly member: Member;
  readonly isAnswer: (body: MessageBody) => boolean;
  readonly resolve: (body: MessageBody) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls that wait for messages or conditions. An error ends all of them: for good, or until the run goes on. */
export class Waiting {
  readonly #expectations = new Set<Expectation>();
  readonly #conditions = new Set<Condition>();
  #failure: LetheError | null = null;
  #interruption: LetheError | null = null;

  expect(member: Member, isAnswer: (body: MessageBody) => boolean): Promise<MessageBody> {
    return new Promise((resolve, reject) => {
      const error = this.#error;
      if (error === null) this.#expectations.add({ member, isAnswer, resolve, reject });
      else reject(error);
    });
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const error = this.#error;
      if (error !== null) reject(error);
      else if (holds()) resolve();
      else this.#conditions.add({ holds, resolve, reject });
    });
  }

  /** Gives the message to the call that waits for it, if there is one. */
  take(member: Member, body: MessageBody): boolean {
    for (const expectation of this.#expectations) {
      if (expectation.member !== member || !expectation.isAnswer(body)) continue;
      this.#expectations.delete(expectation);
      expectation.resolve(body);
      return true;
    }
    return false;
  }

  /** Ends the calls that wait for a condition that holds now. */
  recheck(): void {
    for (const condition of this.#conditions) {
      if (!condition.holds()) continue;
      this.#conditions.delete(condition);
      condition.resolve();
    }
  }

  fail(error: LetheError): void {
    this.#failure ??= error;
    this.#reject(this.#failure);
  }

  interrupt(error: LetheError): void {
    this.#interruption = error;
    this.#reject(this.#error ?? error);
  }

  resume(): void {
    this.#interruption = null;
  }

  get #error(): LetheError | null {
    return this.#failure ?? this.#interruption;
  }

  #reject(error: LetheError): void {
    for (const waiting of [...this.#expectations, ...this.#conditions]) waiting.reject(error);
    this.#expectations.clear();
    this.#conditions.clear();
  }
}
