import { foreignText, LetheError } from '@lethe/errors';
import { lethe } from '../../generated/lethe.js';
import { type Frames, type Message, type MessageBody, PROTOCOL_VERSION } from '../messages.js';
import type { BodyCodec, Encoded } from './body-codec.js';
import { FrameReader, malformed } from './frames.js';
import * as game from './game-messages.js';
import * as parameter from './parameter-messages.js';
import * as process from './process-messages.js';
import * as state from './state-messages.js';

type Kind = MessageBody['kind'];
type Envelope = lethe.Envelope.$Properties;
type HeaderOf<K extends Kind> = NonNullable<Envelope[K]>;

/** Exhaustive by type: the name of a domain noun is the name of its field in the envelope. */
type Codecs = { readonly [K in Kind]: BodyCodec<Extract<MessageBody, { kind: K }>, HeaderOf<K>> };
const CODECS: Codecs = { ...process, ...game, ...state, ...parameter };

/** A codec whose kind is known at run time only. */
type AnyCodec = BodyCodec<MessageBody, object>;

/**
 * Turns a message into its frames: the envelope, then raw little-endian vectors. The frames are views of the message's vectors, so
 * these must not be written again.
 */
export function encodeMessage(message: Message): Frames {
  const { origin, body } = message;
  // The compiler cannot see that the codec found under a body's kind is the codec of that body.
  const codec = CODECS[body.kind] as unknown as AnyCodec;
  const { header, frames = [] }: Encoded<object> = codec.encode(body);
  const envelope: Envelope = {
    protocolVersion: PROTOCOL_VERSION,
    runId: origin.runId,
    epoch: origin.epoch,
    sender: origin.sender,
    incarnation: origin.incarnation,
    [body.kind]: header,
  };
  return [lethe.Envelope.encode(envelope).finish(), ...frames];
}

/**
 * Turns frames into a message. Its vectors are views of the frames where these are aligned. Its texts are made safe to be printed.
 *
 * @throws LetheError PROTOCOL_MISMATCH for another version of the protocol, MESSAGE_MALFORMED for everything else that does not follow
 * the definition.
 */
export function decodeMessage(frames: Frames): Message {
  const envelope = decodeEnvelope(frames);
  const kind = envelope.body;
  const header = kind === undefined ? undefined : envelope[kind];
  if (kind === undefined || header === null || header === undefined) {
    throw malformed('the envelope has no body that this version knows');
  }
  cleanTexts(header);
  const reader = new FrameReader(kind, frames);
  const codec = CODECS[kind] as unknown as AnyCodec;
  const body = codec.decode(header, reader);
  reader.end();
  const { runId, epoch, sender, incarnation } = envelope;
  return { origin: { runId, epoch, sender, incarnation }, body };
}

function decodeEnvelope(frames: Frames): lethe.Envelope {
  const [first] = frames;
  if (first === undefined) throw malformed('it has no frames, so no envelope');
  let envelope: lethe.Envelope;
  try {
    envelope = lethe.Envelope.decode(first);
  } catch (error) {
    throw malformed(`the envelope (${first.byteLength} bytes) is not valid protobuf`, error);
  }
  envelope.runId = foreignText(envelope.runId);
  envelope.sender = foreignText(envelope.sender);
  envelope.incarnation = foreignText(envelope.incarnation);
  if (envelope.protocolVersion !== PROTOCOL_VERSION) {
    const found = `"${envelope.sender}" speaks version ${envelope.protocolVersion} of the protocol`;
    throw new LetheError('PROTOCOL_MISMATCH', `${found}, this process speaks version ${PROTOCOL_VERSION}`);
  }
  return envelope;
}

/** Documents and code, which are read by programs and never shown. */
const DOCUMENTS: ReadonlySet<string> = new Set(['configJson', 'dataJson', 'text']);

/** Makes every text of a header fit to be shown; names that were sent by a process of Lethe stay what they are. */
function cleanTexts(header: object): void {
  const fields = header as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') {
      if (!DOCUMENTS.has(name)) fields[name] = foreignText(value);
    } else if (typeof value === 'object' && value !== null) {
      cleanTexts(value);
    }
  }
}
