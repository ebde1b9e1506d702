/** Small files that real programs wrote (test/corpus/make.py): each is recognised, and none passes as another kind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchesContent } from '#lambdas/chat/content-type';
import { sniff } from '#lambdas/store/sniff';
import { AttachBody, AvatarBody } from '#protocol/http';

const folder = join(import.meta.dirname, '../corpus');
/** What the server reads of a file. */
const startOf = (file: string) => new Uint8Array(readFileSync(join(folder, file)).subarray(0, 4_100));

/** The type that browsers give, by the name's end, and others under which programs announce it. */
const right: readonly (readonly [file: string, ...types: string[]])[] = [
  ['rgb.png', 'image/png', 'image/PNG', 'image/x-png'],
  ['palette.png', 'image/png'],
  ['alpha.png', 'image/png'],
  ['grey16.png', 'image/png'],
  ['personal.png', 'image/png'],
  ['animated.png', 'image/png', 'image/apng'],
  ['baseline.jpg', 'image/jpeg', 'image/jpg', 'IMAGE/JPEG'],
  ['progressive.jpg', 'image/jpeg', 'image/pjpeg'],
  ['grey.jpg', 'image/jpeg'],
  ['cmyk.jpg', 'image/jpeg'],
  ['personal.jpg', 'image/jpeg'],
  ['iptc.jpg', 'image/jpeg'],
  ['two-pictures.jpg', 'image/jpeg'],
  ['still.gif', 'image/gif'],
  ['animated.gif', 'image/gif'],
  ['lossy.webp', 'image/webp'],
  ['lossless.webp', 'image/webp'],
  ['animated.webp', 'image/webp'],
  ['personal.webp', 'image/webp'],
  ['still.avif', 'image/avif'],
  ['personal.avif', 'image/avif'],
  ['phone.heic', 'image/heic', 'image/heif', 'image/HEIC'],
  ['personal.heic', 'image/heic'],
  ['drawing.bmp', 'image/bmp', 'image/x-ms-bmp'],
  ['sign.ico', 'image/x-icon', 'image/vnd.microsoft.icon'],
  ['little.tiff', 'image/tiff'],
  ['big.tiff', 'image/tiff'],
  ['scan.jp2', 'image/jp2'],
  ['plain.svg', 'image/svg+xml'],
  ['declared.svg', 'image/svg+xml', 'image/svg+xml;charset=utf-8'],
  ['doctype.svg', 'image/svg+xml'],
  ['prefixed.svg', 'image/svg+xml'],
  ['utf16.svg', 'image/svg+xml'],
  ['script.svg', 'image/svg+xml'],
  ['voice.opus', 'audio/ogg', 'audio/opus', 'audio/ogg; codecs=opus', 'audio/ogg;codecs="opus"', 'video/ogg'],
  ['speex.oga', 'audio/ogg', 'audio/flac'],
  ['voice.webm', 'audio/webm', 'audio/webm;codecs=opus', 'video/webm', 'video/webm; codecs="vp8, opus"'],
  ['song.mp3', 'audio/mpeg', 'audio/mp3'],
  ['bare.mp3', 'audio/mpeg'],
  ['song.m4a', 'audio/mp4', 'audio/x-m4a', 'video/mp4'],
  ['song.aac', 'audio/aac', 'audio/vnd.dlna.adts'],
  ['song.flac', 'audio/flac', 'audio/x-flac'],
  ['song.wav', 'audio/wav', 'audio/x-wav'],
  ['song.aiff', 'audio/aiff'],
  ['call.amr', 'audio/amr'],
  ['film.mp4', 'video/mp4', 'video/mp4;codecs="avc1.64001F, mp4a.40.2"'],
  ['film.mov', 'video/quicktime'],
  ['film.3gp', 'video/3gpp', 'audio/3gpp'],
  ['film.webm', 'video/webm', 'video/webm;codecs=vp8'],
  ['film.mkv', 'video/x-matroska'],
  ['film.avi', 'video/x-msvideo'],
  ['film.m2ts', 'video/mp2t'],
  ['film.flv', 'video/x-flv'],
  ['film.wmv', 'video/x-ms-wmv'],
  ['utf8.txt', 'text/plain', 'text/plain;charset=UTF-8', 'Text/Plain'],
  ['utf8-mark.txt', 'text/plain'],
  ['utf16le.txt', 'text/plain', 'text/plain; charset=utf-16'],
  ['utf16be.txt', 'text/plain'],
  ['utf16le-unmarked.txt', 'text/plain'],
  ['latin1.txt', 'text/plain'],
  ['shift-jis.txt', 'text/plain'],
  ['car.txt', 'text/plain'],
  ['table.csv', 'text/csv', 'application/vnd.ms-excel'],
  ['table-utf16.csv', 'text/csv'],
  ['notes.md', 'text/markdown'],
  ['page.html', 'text/html'],
  ['page-utf16.html', 'text/html'],
  ['fragment.html', 'text/html'],
  ['commented.html', 'text/html'],
  ['program.js', 'text/javascript'],
  ['data.json', 'application/json'],
  ['feed.xml', 'text/xml', 'application/xml'],
  ['meeting.ics', 'text/calendar'],
  ['person.vcf', 'text/vcard', 'text/x-vcard'],
  ['letter.rtf', 'text/rtf', 'application/rtf'],
  ['subtitles.vtt', 'text/vtt'],
  ['letter.pdf', 'application/pdf'],
  ['ascii.pdf', 'application/pdf'],
  ['archive.zip', 'application/zip', 'application/x-zip-compressed'],
  ['letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['letter.odt', 'application/vnd.oasis.opendocument.text'],
  ['archive.gz', 'application/gzip'],
  ['archive.tar.bz2', 'application/x-bzip2'],
  ['Hello.class', 'application/java-vm'],
  ['program.o', 'application/x-object'],
  ['program.exe', 'application/x-msdownload'],
];

const disguised: readonly (readonly [file: string, ...types: string[]])[] = [
  ['page.html', 'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml', 'audio/mpeg', 'video/mp4'],
  ['page-utf16.html', 'image/png', 'audio/mpeg', 'image/svg+xml', 'application/pdf'],
  ['fragment.html', 'image/gif', 'image/bmp', 'video/webm'],
  ['commented.html', 'image/png', 'image/svg+xml'],
  ['program.js', 'audio/mpeg', 'image/png', 'image/x-icon'],
  ['program.exe', 'image/jpeg', 'image/png', 'text/plain', 'application/pdf', 'video/x-msvideo'],
  ['program.o', 'image/gif', 'text/plain', 'audio/ogg'],
  ['Hello.class', 'image/heic', 'text/plain'],
  ['script.svg', 'image/png', 'image/jpeg', 'image/webp', 'image/gif', 'audio/ogg'],
  ['declared.svg', 'image/png', 'image/avif'],
  ['rgb.png', 'image/jpeg', 'image/svg+xml', 'text/plain', 'application/pdf', 'audio/mpeg', 'image/heic'],
  ['baseline.jpg', 'image/png', 'text/plain', 'text/html', 'image/gif'],
  ['still.gif', 'image/png', 'image/webp', 'text/html'],
  ['lossy.webp', 'image/gif', 'image/png'],
  ['phone.heic', 'image/jpeg', 'image/avif', 'video/mp4', 'audio/mp4'],
  ['still.avif', 'image/heic', 'image/webp'],
  ['letter.pdf', 'image/png', 'audio/mpeg'],
  ['archive.zip', 'application/pdf', 'image/png', 'text/plain'],
  ['letter.docx', 'application/pdf', 'text/plain'],
  ['archive.gz', 'text/plain', 'image/png'],
  ['song.mp3', 'image/jpeg', 'text/plain', 'application/pdf'],
  ['voice.opus', 'image/png', 'text/plain'],
  ['film.mp4', 'image/jpeg', 'image/heic', 'text/plain'],
  ['utf8.txt', 'image/png', 'audio/mpeg', 'video/mp4', 'application/pdf', 'image/svg+xml'],
  ['utf16le.txt', 'audio/mpeg', 'image/png'],
  ['feed.xml', 'image/svg+xml', 'image/png'],
];

/** As the wire keeps it. */
function mediaType(type: string): string {
  return AttachBody.parse({ filename: 'a', content_type: type, size: 1 }).content_type;
}

const pairs = (table: typeof right) => table.flatMap(([file, ...types]) => types.map((type) => [file, type] as const));

describe('the corpus', () => {
  it('has at least 60 files, and every one is in the table', () => {
    const files = readdirSync(folder).filter((name) => name !== 'make.py');
    expect(files.length).toBeGreaterThanOrEqual(60);
    expect(right.map(([file]) => file).sort()).toEqual(files.sort());
  });

  it.each(pairs(right))('%s is accepted as %s', async (file, type) => {
    const possible = await sniff(startOf(file));
    expect({ possible, matches: matchesContent(mediaType(type), possible) }).toMatchObject({ matches: true });
  });

  it.each(pairs(disguised))('%s is refused as %s', async (file, type) => {
    const possible = await sniff(startOf(file));
    expect({ possible, matches: matchesContent(mediaType(type), possible) }).toMatchObject({ matches: false });
  });

  it.each([
    ['phone.heic', 'image/heic'],
    ['rgb.png', 'image/png'],
    ['voice.opus', 'audio/ogg'],
    ['declared.svg', 'image/svg+xml'],
    ['page.html', 'text/html'],
    ['page-utf16.html', 'text/html'],
    ['fragment.html', 'text/html'],
    ['utf16le.txt', 'text/plain'],
    ['car.txt', 'text/plain'],
    ['letter.pdf', 'application/pdf'],
    ['ascii.pdf', 'application/pdf'],
    ['feed.xml', 'application/xml'],
    ['archive.zip', 'application/zip'],
  ])('%s that is announced without a type is %s', async (file, type) => {
    const [found] = await sniff(startOf(file));
    expect(found).toBe(type);
  });
});

it('the server needs only the start of a file, whatever comes first in it', async () => {
  const name = [0, 6, 26, 64];
  const song = Uint8Array.from([...Buffer.from('ID3'), 4, 0, 0, ...name, ...Array(4_090).fill(0)]);
  expect(await sniff(song)).toEqual(['audio/mpeg']);
  const profile = Buffer.from(
    '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\b\x06\0\0\0\x1f\x15\xc4\x89\0\x01\0\0iCCP',
    'latin1',
  );
  expect(await sniff(Uint8Array.from([...profile, ...Array(4_000).fill(1)]))).toEqual(['image/png']);
});

describe('a media type', () => {
  it.each([
    ['image/PNG', 'image/png'],
    ['audio/webm;codecs=opus', 'audio/webm;codecs=opus'],
    ['Audio/WebM ; codecs="opus"', 'audio/webm;codecs="opus"'],
    ['video/mp4;codecs="avc1.64001F"', 'video/mp4;codecs="avc1.64001F"'],
    ['', ''],
  ])('%s is kept as %s', (given, kept) => {
    expect(mediaType(given)).toBe(kept);
  });

  it('may be left out', () => {
    expect(AttachBody.parse({ filename: 'a', size: 1 }).content_type).toBe('');
  });

  it.each(['picture', 'image/', '/png', 'image/png;', 'image/png\r\nx: y', 'text/html;a=b\nc', `a/${'x'.repeat(101)}`])(
    '%j is none',
    (type) => {
      expect(AttachBody.safeParse({ filename: 'a', content_type: type, size: 1 }).success).toBe(false);
    },
  );

  it.each(['image/PNG', 'image/jpeg', 'image/gif', 'image/webp', ''])('of an avatar may be %j', (type) => {
    expect(AvatarBody.safeParse({ filename: 'a', content_type: type, size: 1 }).success).toBe(true);
  });

  it.each(['image/svg+xml', 'image/heic', 'text/html', 'image/pngx'])('of an avatar may not be %s', (type) => {
    expect(AvatarBody.safeParse({ filename: 'a', content_type: type, size: 1 }).success).toBe(false);
  });
});
