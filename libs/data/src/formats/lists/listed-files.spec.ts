import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { findListedFiles, type FileList } from './listed-files.js';
import { scanFiles } from '../scan-files.js';

afterAll(removeFolders);

function found(paths: readonly string[], cells: readonly string[], options: Partial<FileList> = {}): { files: string[]; notes: string[] } {
  const whereOf = (row: number): string => `line ${row + 2}`;
  const list: FileList = { paths, cells, list: 'labels.csv', roots: ['/data/pets'], rules: 2, whereOf, ...options };
  const { files, notes } = findListedFiles(list);
  return { files: files.map(({ file, fault }) => fault ?? file), notes: notes.map(({ text }) => text) };
}

describe('a name in a list', () => {
  const paths = ['day/0.png', 'day/1.png', 'night/0.png', 'top.JPG', 'photo.v2.jpeg', 'M\u00fctze.png', 'notes.txt'];

  it.each<[string, string, string]>([
    ['as it is', 'day/0.png', 'day/0.png'],
    ['with a dot before it', './day/../day/0.png', 'day/0.png'],
    ['with backslashes', 'night\\0.png', 'night/0.png'],
    ['absolute, in the folder', '/data/pets/night/0.png', 'night/0.png'],
    ['absolute, of another machine', 'C:\\Users\\me\\pets\\night\\0.png', 'night/0.png'],
    ['without its folder', '1.png', 'day/1.png'],
    ['without its extension', 'day/0', 'day/0.png'],
    ['without its extension, with another dot', 'photo.v2', 'photo.v2.jpeg'],
    ['in another case', 'Night/0.PNG', 'night/0.png'],
    ['in decomposed form', 'Mu\u0308tze.png', 'M\u00fctze.png'],
    ['without its extension and in another case', 'TOP', 'top.JPG'],
    ['that is there twice', '0.png', '2 files of that name: day/0.png, night/0.png'],
    ['absolute, of another machine, that is there twice', '/elsewhere/0.png', '2 files of that name: day/0.png, night/0.png'],
    ['that is not there', 'day/7.png', 'no such file'],
    ['with another extension', 'day/1.jpg', 'no such file, but day/1.png'],
    ['that leads outside', '../secret.png', 'a path that leads out of the data folder'],
    ['that leads outside by detours', 'day/../../day/0.png', 'a path that leads out of the data folder'],
    ['that leads outside with backslashes', '..\\day\\0.png', 'a path that leads out of the data folder'],
    ['absolute, outside', '/etc/passwd', 'a path outside the data folder, and no file named passwd inside it'],
    ['without an extension, of a file that is no image', 'notes', 'no such file'],
  ])('%s', (_what, cell, file) => { expect(found(paths, [cell]).files).toEqual([file]); });

  it('is a path and nothing else by the rules of earlier runs', () => {
    const cells = ['day/0.png', 'DAY/1.png', '1.png', 'night\\0.png', 'Mu\u0308tze.png', '../x.png', './top.JPG'];
    expect(found(paths, cells, { rules: 1 })).toEqual({ files: [
      'day/0.png', 'no such file', 'no such file', 'no such file', 'no such file', 'a path that leads out of the data folder', 'top.JPG',
    ], notes: [] });
  });

  it('is meant in the folder of its list first, then in the one of the list\'s name', () => {
    const both = ['a/0.png', 'a/b_test/0.png', 'a/b_train/0.png', 'a/b_test/1.png', 'a/b_train/1.png'];
    const listOf = (list: string): string[] => found(both, ['0.png', '1.png'], { list }).files;
    expect(listOf('a/b_test_labels.txt')).toEqual(['a/0.png', 'a/b_test/1.png']);
    expect(listOf('a/b_train/labels.csv')).toEqual(['a/b_train/0.png', 'a/b_train/1.png']);
    // The list lies elsewhere, and its name says which folder is meant.
    expect(listOf('lists/b_train_labels.txt')).toEqual(['a/b_train/0.png', 'a/b_train/1.png']);
    expect(listOf('lists/other.csv')).toEqual([
      '3 files of that name: a/0.png, a/b_test/0.png, a/b_train/0.png', '2 files of that name: a/b_test/1.png, a/b_train/1.png',
    ]);
    expect(found(both, ['../0.png'], { list: 'a/lists/one.csv' }).files).toEqual(['a/0.png']);
  });

  it('prefers its own spelling where two files differ in nothing else', () => {
    expect(found(['a.png', 'A.png'], ['A.png', 'a.png']).files).toEqual(['A.png', 'a.png']);
    expect(found(['a.png', 'A.PNG'], ['a.PNG']).files).toEqual(['2 files of that name: a.png, A.PNG']);
    expect(found(['a.png', 'a.jpg'], ['a']).files).toEqual(['2 files of that name: a.png, a.jpg']);
  });

  it('is there once, however it is spelled', () => {
    const again = 'the file of line 2 again';
    expect(found(paths, ['day/1.png', 'day\\1.png', '1']).files).toEqual(['day/1.png', again, again]);
  });

  it('is of the one folder of another machine that this one was', () => {
    const cells = ['/home/me/train/0.png', '/home/me/train/1.png', '/home/me/test/2.png'];
    expect(found(['0.png', '1.png', '2.png'], cells).files).toEqual([
      '0.png', '1.png', 'a path of another folder than the others, which begin with /home/me/train/',
    ]);
    expect(found(['train/0.png', 'train/1.png', 'test/2.png'], cells).files).toEqual(['train/0.png', 'train/1.png', 'test/2.png']);
  });

  it('is found fast among many files of the same name', () => {
    const many = Array.from({ length: 30_000 }, (_, index) => `scans/${index}/image.png`);
    for (const prefix of ['', 'C:\\data\\scans\\', 'scans\\']) {
      expect(found(many, many.map((_, index) => `${prefix}${index}\\image.PNG`)).files).toEqual(many);
    }
  });

  it('may differ from its file, which is said once for each kind of difference', () => {
    const cells = ['IMG_0.PNG', 'IMG_1.PNG', 'night\\2', 'exact.png'];
    const names = ['IMG_0.png', 'IMG_1.png', 'night/2.png', 'exact.png'];
    expect(found(names, cells)).toEqual({ files: names, notes: [
      '2 files are listed in another case; the first: IMG_0.PNG for IMG_0.png',
      '1 file is listed with backslashes; the first: night\\2 for night/2.png',
      '1 file is listed without its extension; the first: night\\2 for night/2.png',
    ] });
  });
});

describe('scanFiles', () => {
  it('finds all files but hidden ones, through links, and ends', async () => {
    const [folder, other] = [await makeFolder(), await makeFolder()];
    for (const below of ['a/b', '.git', '__MACOSX/a']) await mkdir(join(folder, below), { recursive: true });
    for (const file of ['a/b/1.png', 'a/.DS_Store', '.git/x', '__MACOSX/a/._1.png', '0.png']) await writeFile(join(folder, file), '');
    await writeFile(join(other, '2.png'), '');
    await symlink(other, join(folder, 'linked'));
    await symlink(join(other, '2.png'), join(folder, '3.png'));
    await symlink(folder, join(folder, 'a', 'round'));
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'));
    expect(await scanFiles(folder)).toEqual(['0.png', '3.png', 'a/b/1.png', 'linked/2.png']);
    await expect(scanFiles(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });
});
