import type { LetheError } from '@lethe/errors';
import type { MessageBody } from '@lethe/protocol';
import type { Member } from './member.js';

interface Watcher {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Expectation {
  readonly member: Member;
  readonly isAnswer: (body: MessageBody) => boolean;
  readonly resolve: (body: MessageBody) => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for what. An error ends all of it: for good, or until the run goes on. */
export class Waiting {
  readonly #expectations = new Set<Expectation>();
  readonly #watchers = new Set<Watcher>();
  #failure: LetheError | null = null;
  #interruption: LetheError | null = null;

  expect(member: Member, isAnswer: (body: MessageBody) => boolean): Promise<MessageBody> {
    return new Promise((resolve, reject) => {
      const error = this.#error;
      if (error === null) this.#expectations.add({ member, isAnswer, resolve, reject });
      else reject(error);
    });
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const error = this.#error;
      if (error !== null) reject(error);
      else if (condition()) resolve();
      else this.#watchers.add({ condition, resolve, reject });
    });
  }

  /** Whether somebody waited for this message, and has it now. */
  take(member: Member, body: MessageBody): boolean {
    for (const expectation of this.#expectations) {
      if (expectation.member !== member || !expectation.isAnswer(body)) continue;
      this.#expectations.delete(expectation);
      expectation.resolve(body);
      return true;
    }
    return false;
  }

  /** Resolves whoever waits for a condition that holds now. */
  recheck(): void {
    for (const watcher of this.#watchers) {
      if (!watcher.condition()) continue;
      this.#watchers.delete(watcher);
      watcher.resolve();
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
    for (const waiting of [...this.#expectations, ...this.#watchers]) waiting.reject(error);
    this.#expectations.clear();
    this.#watchers.clear();
  }
}
