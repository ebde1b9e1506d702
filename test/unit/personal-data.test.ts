/** What pictures and films say besides what they show is removed, and nothing else. The files are of real programs (test/corpus/make.py). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sniff } from '#lambdas/store/sniff';
import { mayHavePersonalData, withoutPersonalData } from '#protocol/personal-data';

const folder = join(import.meta.dirname, '../corpus');
const read = (file: string) => new Uint8Array(readFileSync(join(folder, file)));
const files = readdirSync(folder).filter((name) => name !== 'make.py');
const textOf = (file: Uint8Array) => Buffer.from(file).toString('latin1');

/** What stands in the files: names, the camera, comments, places in text and in XMP, and the name of the tag's attribute. */
const personal = /Alice|Cameramaker|Camera 7|52\.52|GPSLatitude|adobe:ns|2026:11:20/;
/** 52° 31' 12" as Exif has it: three fractions, in either byte order. */
const latitude = [
  Buffer.from([52, 0, 0, 0, 1, 0, 0, 0, 31, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0]),
  Buffer.from([0, 0, 0, 52, 0, 0, 0, 1, 0, 0, 0, 31, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1]),
];
const isPersonal = (file: Uint8Array) =>
  personal.test(textOf(file)) || latitude.some((place) => Buffer.from(file).includes(place));

const withPersonalData = [
  'personal.jpg',
  'iptc.jpg',
  'two-pictures.jpg',
  'personal.png',
  'personal.webp',
  'personal.avif',
  'personal.heic',
  'animated.gif',
  'film.mov',
];

describe('a file with personal data', () => {
  it.each(withPersonalData)('%s loses them, and stays of its type', async (name) => {
    const file = read(name);
    expect(isPersonal(file)).toBe(true);
    expect(mayHavePersonalData(file.subarray(0, 12))).toBe(true);
    const clean = withoutPersonalData(file);
    expect(isPersonal(clean)).toBe(false);
    expect(await sniff(clean.subarray(0, 4_100))).toEqual(await sniff(file.subarray(0, 4_100)));
    expect(withoutPersonalData(clean)).toEqual(clean);
  });

  it('shows the same: what is left of a picture is that of the picture without personal data', () => {
    // Between its header and its end, a JPEG that has lost them is that which never had any, but for how it was held.
    const turned = Buffer.from('4578696600004d4d002a00000008000101120003000000010006000000000000', 'hex');
    const clean = Buffer.from(withoutPersonalData(read('personal.jpg')));
    expect(clean.includes(turned)).toBe(true);
    const upright = Buffer.concat([
      clean.subarray(0, clean.indexOf(turned) - 4),
      clean.subarray(clean.indexOf(turned) + turned.length),
    ]);
    expect(upright.equals(read('baseline.jpg'))).toBe(true);
    expect(textOf(withoutPersonalData(read('two-pictures.jpg')))).toBe(clean.toString('latin1'));
  });

  it('keeps how the camera was held, in PNG and WebP too', () => {
    const turned = Buffer.from('4d4d002a000000080001011200030000000100060000', 'hex');
    for (const name of ['personal.jpg', 'personal.png', 'personal.webp']) {
      expect(Buffer.from(withoutPersonalData(read(name))).includes(turned)).toBe(true);
    }
  });

  it('of boxes keeps its length, and everything outside of what is personal', () => {
    for (const name of ['personal.heic', 'personal.avif', 'film.mov']) {
      const [before, after] = [read(name), withoutPersonalData(read(name))];
      expect(after.length).toBe(before.length);
      // The pictures themselves are at the end of the first two, before Exif and XMP.
      expect(after.subarray(0, 32)).toEqual(before.subarray(0, 32));
    }
  });
});

describe('any other file', () => {
  const others = files.filter((name) => !withPersonalData.includes(name));

  it.each(others.filter((name) => !/^(film\.mp4|song\.m4a)$/.test(name)))('%s stays as it is', (name) => {
    expect(textOf(withoutPersonalData(read(name)))).toBe(textOf(read(name)));
  });

  it('is not read for it', () => {
    for (const name of ['utf8.txt', 'letter.pdf', 'voice.opus', 'program.exe', 'archive.zip', 'car.txt']) {
      expect(mayHavePersonalData(read(name).subarray(0, 12))).toBe(false);
    }
  });
});

describe('a damaged file', () => {
  it.each(['personal.jpg', 'personal.png', 'personal.webp', 'personal.heic', 'personal.avif'])(
    '%s that is cut off anywhere is refused, or has lost its personal data',
    (name) => {
      const file = read(name);
      for (let length = 12; length < file.length; length += 7) {
        let clean: Uint8Array | undefined;
        try {
          clean = withoutPersonalData(file.slice(0, length));
        } catch (error) {
          expect(String(error)).toContain('the file is damaged');
        }
        if (clean) expect(isPersonal(clean)).toBe(false);
      }
    },
  );

  it('gives no other error, whatever is in it', () => {
    const start = fc.constantFrom(
      'personal.jpg',
      'personal.png',
      'personal.webp',
      'personal.heic',
      'film.mov',
      'animated.gif',
    );
    fc.assert(
      fc.property(start, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), (name, changes) => {
        const file = read(name);
        for (const [at, byte] of changes) file[12 + (at % (file.length - 12))] = byte;
        try {
          withoutPersonalData(file);
        } catch (error) {
          expect(String(error)).toContain('the file is damaged');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
