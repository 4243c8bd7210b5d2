import { decodeMessage, encodeMessage, type MessageBody, type Origin } from '@lethe/protocol';
import type { Connection, Listener } from '@lethe/transport';

type Body<K extends MessageBody['kind']> = Extract<MessageBody, { kind: K }>;

/** Who says what a test tells it to, and remembers what it hears. */
export class Puppet {
  readonly #say: (body: MessageBody) => Promise<void>;
  readonly #heard: MessageBody[] = [];
  #wake: () => void = () => undefined;

  private constructor(say: (body: MessageBody) => Promise<void>) {
    this.#say = say;
  }

  /** One end of a connection. */
  static connected(connection: Connection, origin: Origin): Puppet {
    const puppet = new Puppet((body) => connection.send(encodeMessage({ origin, body })));
    void (async () => { for await (const frames of connection.messages) puppet.#hear(decodeMessage(frames).body); })();
    return puppet;
  }

  /** Who listens, and speaks with one peer. */
  static listening(listener: Listener, peer: string, origin: Origin): Puppet {
    const puppet = new Puppet((body) => listener.send(peer, encodeMessage({ origin, body })));
    void (async () => { for await (const { frames } of listener.messages) puppet.#hear(decodeMessage(frames).body); })();
    return puppet;
  }

  say(body: MessageBody): Promise<void> {
    return this.#say(body);
  }

  /** The next message of a kind; those before it are forgotten. */
  async hear<K extends MessageBody['kind']>(kind: K): Promise<Body<K>> {
    for (;;) {
      const body = this.#heard.shift();
      if (body?.kind === kind) return body as Body<K>;
      if (body === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Whether such a message has come that was not looked at. */
  hasHeard(kind: MessageBody['kind']): boolean {
    return this.#heard.some((body) => body.kind === kind);
  }

  #hear(body: MessageBody): void {
    this.#heard.push(body);
    this.#wake();
  }
}
