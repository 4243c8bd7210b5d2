import { open } from 'node:fs/promises';
import type { ExampleSource } from '@lethe/data';
import { ByteWriter, ParquetWriter, schemaFromColumnData, type ColumnSource } from 'hyparquet-writer';
import { featureName, type EncodedPiece, type FeatureFile } from './feature-file.js';

/** Rows of a group: what is in memory before it is written. */
const GROUP_ROWS = 65_536;

/** Features as a Parquet file: `file`, `row` (where examples are rows), then a float column for each feature. */
export async function createParquetFile(path: string, size: number): Promise<FeatureFile> {
  const handle = await open(path, 'wx');
  const bytes = new ByteWriter();
  let writer: ParquetWriter | null = null;
  let waiting: EncodedPiece[] = [];
  const flush = async (): Promise<void> => {
    await handle.writeFile(bytes.getBytes());
    bytes.index = 0; // the offset in the file goes on
  };
  const writeGroup = async (): Promise<void> => {
    const columnData = columnsOf(waiting, size);
    waiting = [];
    writer ??= new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData }), statistics: false });
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    await flush();
  };
  return {
    write: async (piece) => {
      waiting.push(piece);
      if (waiting.reduce((sum, { sources }) => sum + sources.length, 0) >= GROUP_ROWS) await writeGroup();
    },
    finish: async () => {
      if (waiting.length > 0 || writer === null) await writeGroup();
      await writer?.finish();
      await flush();
      await handle.sync();
      await handle.close();
    },
    abandon: () => handle.close(),
  };
}

function columnsOf(pieces: readonly EncodedPiece[], size: number): ColumnSource[] {
  const sources: ExampleSource[] = pieces.flatMap((piece) => piece.sources);
  const hasRows = sources.some(({ row }) => row !== null);
  const features = Array.from({ length: size }, (_, index): ColumnSource => {
    const data = new Float32Array(sources.length);
    let filled = 0;
    for (const piece of pieces) {
      for (let place = index; place < piece.features.length; place += size) {
        data[filled] = piece.features[place] as number;
        filled += 1;
      }
    }
    return { name: featureName(index), data, type: 'FLOAT', nullable: false };
  });
  return [
    { name: 'file', data: sources.map(({ file }) => file), type: 'STRING', nullable: false },
    ...(hasRows ? [{ name: 'row', data: sources.map(({ row }) => row ?? 0), type: 'INT32', nullable: false } as const] : []),
    ...features,
  ];
}
