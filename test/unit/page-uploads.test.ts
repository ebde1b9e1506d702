import { filetypemime } from 'magic-bytes.js';
import { describe, expect, it } from 'vitest';
import { AttachBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import { announcedType } from '#web/uploads/announced-type';
import { chooseFiles } from '#web/uploads/choose-files';
import { formatSize } from '#web/uploads/format-size';
import { safeFilename } from '#web/uploads/safe-filename';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const png = bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR');
const saved = 'application/octet-stream';

describe('a file is announced', () => {
  it.each([
    ['image/png', png],
    ['image/jpeg', bytes('\xff\xd8\xff\xe1\0\x18Exif')],
    ['image/gif', bytes('GIF89a\x01\0')],
    ['image/webp', bytes('RIFF\x10\0\0\0WEBPVP8 ')],
    ['application/pdf', bytes('%PDF-1.7\n')],
    ['video/mp4', bytes('\0\0\0\x20ftypisom\0\0\0\0')],
    ['video/quicktime', bytes('\0\0\0\x14ftypqt  \0\0\0\0')],
    ['video/webm', bytes('\x1aE\xdf\xa3\x01\0\0\0')],
    ['audio/mpeg', bytes('ID3\x04\0\0\0\0')],
    ['audio/mpeg', bytes('\xff\xfb\x90\0')],
    ['audio/wav', bytes('RIFF\x10\0\0\0WAVEfmt ')],
    ['audio/flac', bytes('fLaC\0\0\0\x22')],
  ])('as %s, which the server finds too', (type, start) => {
    expect(announcedType(type, start)).toBe(type);
    const found = filetypemime(start);
    const [family] = type.split('/');
    const isFound = /^(audio|video)$/.test(family ?? '')
      ? found.some((one) => /^(audio|video)\//.test(one))
      : found.includes(type);
    expect(isFound).toBe(true);
  });

  it('with the picture type of its contents, not of its name', () => {
    expect(announcedType('image/jpeg', png)).toBe('image/png');
  });

  it.each([
    ['a page as a picture', 'image/png', bytes('<html>')],
    ['a drawing', 'image/svg+xml', bytes('<svg>')],
    ['text as a document', 'application/pdf', bytes('hello')],
    ['sound that the server does not know', 'audio/ogg', bytes('OggS\0\x02')],
    ['text with zeros', 'text/plain', bytes('\xff\xfeh\0i\0')],
    ['no type', '', bytes('hello')],
    ['a strange type', 'Application/vnd.x+$', bytes('hello')],
  ])('as a download, if it is %s', (_, type, start) => {
    expect(announcedType(type, start)).toBe(saved);
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
    expect(AttachBody.safeParse({ filename, content_type: saved, size: 1 }).success).toBe(true);
    expect(filename.endsWith(name.slice(name.lastIndexOf('.') >>> 0))).toBe(true);
  },
);

it('sizes are shown in short form', () => {
  const sizes = [1, 12, 1_023, 1_024, 1_500, 10_240, 1_048_000, 1_048_576, 2_500_000, limits.attachmentBytes];
  expect(sizes.map(formatSize)).toEqual([
    '1 byte',
    '12 bytes',
    '1023 bytes',
    '1 KB',
    '1.5 KB',
    '10 KB',
    '1023 KB',
    '1 MB',
    '2.4 MB',
    '25 MB',
  ]);
});
