import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchesContent } from '#lambdas/chat/content-type';
import { sniff } from '#lambdas/store/sniff';
import { AttachBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import { announcedType } from '#web/uploads/announced-type';
import { chooseFiles } from '#web/uploads/choose-files';
import { formatSize } from '#web/uploads/format-size';
import { safeFilename } from '#web/uploads/safe-filename';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const png = bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR');
/** The server finds the type by the contents. */
const unknown = '';

describe('a file is announced', () => {
  it.each([
    ['image/png', 'rgb.png'],
    ['image/jpeg', 'personal.jpg'],
    ['image/gif', 'still.gif'],
    ['image/webp', 'lossy.webp'],
    ['application/pdf', 'letter.pdf'],
    ['video/mp4', 'film.mp4'],
    ['video/quicktime', 'film.mov'],
    ['video/webm', 'film.webm'],
    ['audio/webm', 'voice.webm'],
    ['audio/ogg', 'voice.opus'],
    ['audio/mpeg', 'song.mp3'],
    ['audio/mpeg', 'bare.mp3'],
    ['audio/mp4', 'song.m4a'],
    ['audio/wav', 'song.wav'],
    ['audio/flac', 'song.flac'],
    ['text/plain', 'utf8.txt'],
    ['application/zip', 'archive.zip'],
  ])('as %s, which the server finds too: %s', async (type, file) => {
    const start = new Uint8Array(readFileSync(join(import.meta.dirname, '../corpus', file)).subarray(0, 4_100));
    expect(announcedType(type, start)).toBe(type);
    expect(matchesContent(type, await sniff(start))).toBe(true);
  });

  it('with the picture type of its contents, not of its name', () => {
    expect(announcedType('image/jpeg', png)).toBe('image/png');
  });

  it.each([
    ['a page as a picture', 'image/png', bytes('<html>')],
    ['a drawing', 'image/svg+xml', bytes('<svg>')],
    ['text as a document', 'application/pdf', bytes('hello')],
    ['a picture that is none', 'image/heic', bytes('\0\0\0\x20ftypmp42\0\0\0\0')],
    ['text with zeros', 'text/plain', bytes('\xff\xfeh\0i\0')],
    ['no type', '', bytes('hello')],
    ['a strange type', 'Application/vnd.x+$', bytes('hello')],
  ])('without a type, if it is %s', (_, type, start) => {
    expect(announcedType(type, start)).toBe(unknown);
  });

  it.each([
    ['text/plain;charset=utf-8', 'text/plain'],
    ['application/zip', 'application/zip'],
  ])('of %s as %s', (type, announced) => {
    expect(announcedType(type, bytes('hello'))).toBe(announced);
  });
});

describe('of the chosen files', () => {
  const file = (name: string, size = 10) => ({ name, size });

  it('those within the limits are uploaded', () => {
    const files = [file('a'), file('b', limits.attachmentBytes)];
    expect(chooseFiles(files, 3)).toEqual({ chosen: files, problem: undefined });
  });

  it('those that are too large, empty or too many are left out, and the message names them', () => {
    const large = limits.attachmentBytes + 1;
    const files = [file('film.mov', large), file('dump', large), file('none', 0), file('a'), file('b'), file('c')];
    const { chosen, problem } = chooseFiles(files, 4);
    expect(chosen.map(({ name }) => name)).toEqual(['a']);
    expect(problem).toBe(
      '“film.mov” and “dump” are too large: a file can have 25 MB. “none” is empty. A message can have 5 files: 2 were left out.',
    );
    expect(chooseFiles([file('a')], 5).problem).toBe('A message can have 5 files: one was left out.');
  });
});

it.each(['a.png', `${'x'.repeat(300)}.jpeg`, `${'👍'.repeat(150)}.pdf`, 'tab\there.txt', '\ud800.txt', ''])(
  'the name %j becomes one that the server accepts',
  (name) => {
    const filename = safeFilename(name);
    expect(AttachBody.safeParse({ filename, content_type: unknown, size: 1 }).success).toBe(true);
    expect(filename.endsWith(name.slice(name.lastIndexOf('.') >>> 0))).toBe(true);
  },
);

it('sizes are shown in short form', () => {
  const sizes = [1, 12, 1_023, 1_024, 1_500, 10_240, 1_048_000, 1_048_576, 2_500_000, limits.attachmentBytes];
  expect(sizes.map(formatSize)).toEqual([
    '1 byte',
    '12 bytes',
    '1,023 bytes',
    '1 KB',
    '1.5 KB',
    '10 KB',
    '1,023 KB',
    '1 MB',
    '2.4 MB',
    '25 MB',
  ]);
});
