import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import protobuf from 'protobufjs';
import { AppendingFile } from './appending-file.js';

/** The part of TensorFlow's event.proto and summary.proto that scalars and images need. */
const SCHEMA = `syntax = "proto3";
message SessionLog { int32 status = 1; }
message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
message Value { string tag = 1; oneof value { float simple_value = 2; Image image = 4; } }
message Summary { repeated Value value = 1; }
message Event {
  double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
}`;

const Event = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Event');
const EVENT_FILE = /^events\.out\.tfevents\.(\d+)\./;
const SESSION_START = 1;
const RGB = 3;

/** Writes TensorBoard's event files. A record is a length and its checksum, an Event and its checksum. */
export class TensorBoardWriter {
  readonly #file: AppendingFile;

  private constructor(file: string) {
    this.#file = new AppendingFile(file);
  }

  /** Opens a new event file. If there are earlier files, their steps after `rounds` are marked as replaced; null: none are. */
  static async open(folder: string, rounds: number | null): Promise<TensorBoardWriter> {
    const { name, isFirst } = await nextEventFile(folder);
    const writer = new TensorBoardWriter(join(folder, name));
    writer.#record({ file_version: 'brain.Event:2' }, 0);
    if (!isFirst && rounds !== null) writer.#record({ session_log: { status: SESSION_START } }, rounds + 1);
    await writer.flush();
    return writer;
  }

  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const value = Object.entries(values).map(([tag, simple]) => ({ tag, simple_value: simple }));
    if (value.length > 0) this.#record({ summary: { value } }, step);
  }

  image(step: number, tag: string, png: Uint8Array, { width, height }: { readonly width: number; readonly height: number }): void {
    this.#record({ summary: { value: [{ tag, image: { width, height, colorspace: RGB, encoded_image_string: png } }] } }, step);
  }

  /** @throws LetheError STORAGE_FAILED; the next call tries again */
  flush(): Promise<void> {
    return this.#file.flush();
  }

  async close(): Promise<void> {
    await this.flush();
  }

  #record(what: object, step: number): void {
    const event = Buffer.from(Event.encode(Event.fromObject({ wall_time: Date.now() / 1000, step, ...what })).finish());
    const length = Buffer.alloc(8);
    length.writeUInt32LE(event.length);
    this.#file.append(Buffer.concat([length, maskedChecksum(length), event, maskedChecksum(event)]));
  }
}

/**
 * TensorBoard reads the files of a folder in the order of their names. So the second in each name is later than those in all names
 * before, whatever the clock says.
 */
async function nextEventFile(folder: string): Promise<{ name: string; isFirst: boolean }> {
  const seconds = (await readdir(folder)).flatMap((name) => EVENT_FILE.exec(name)?.[1] ?? []).map(Number);
  const next = seconds.reduce((latest, second) => Math.max(latest, second + 1), Math.floor(Date.now() / 1000));
  return { name: `events.out.tfevents.${String(next).padStart(10, '0')}.${hostname()}.${process.pid}`, isFirst: seconds.length === 0 };
}

/** TFRecord's checksum: CRC-32C, rotated and shifted by a constant, which makes the checksum of a checksum safe. */
function maskedChecksum(bytes: Buffer): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}
