// Makes the package: `npx nx run lethe:pack`.
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { problemsOf, type PackedFile } from './archive-rules.js';
import { makeArchive } from './make-archive.js';
import { packageManifest } from './package-manifest.js';
import { readFolder, stagePackage } from './stage-package.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');

const folder = await mkdtemp(join(tmpdir(), 'lethe-pack-'));
try {
  const manifest = packageManifest(WORKSPACE);
  const packedCode = await stagePackage(WORKSPACE, folder, manifest);
  const files: readonly PackedFile[] = await readFolder(folder);
  const archive = await makeArchive(folder, { name: `lethe-${manifest.version}.tgz`, into: join(WORKSPACE, 'dist') });
  const problems = problemsOf(files, archive, { machinePaths: [WORKSPACE, `${homedir()}/`], packedCode });
  if (problems.length > 0) {
    await rm(archive.file);
    for (const problem of problems) console.error(`error: ${problem}`);
    process.exitCode = 1;
  } else {
    const unpacked = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const inMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
    const size = `${inMegabytes(archive.bytes)}, unpacked ${inMegabytes(unpacked)}`;
    console.log(`${relative(WORKSPACE, archive.file)}: ${files.length} files, ${size}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
