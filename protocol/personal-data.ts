/**
 * Removes what cameras and programs write into pictures and films besides the picture: the place, the time, the camera, names, texts, smaller
 * pictures. What is shown stays as it is, bit by bit, with its colours, its turn and its motion. It is here because the page does it before an
 * upload, and the server for the pictures of users. docs/decisions/0059-personal-data-is-cut-out.md
 */

/** Enough first bytes of a file for `mayHavePersonalData`. */
export const personalDataStart = 12;

/**
 * Whether `withoutPersonalData` knows the format of a file.
 * @param start the first 12 bytes, or more
 */
export function mayHavePersonalData(start: Uint8Array): boolean {
  return formatOf(start) !== undefined;
}

/** Bytes of memory that is not shared, as `Blob` takes them: `Uint8Array<ArrayBuffer>`, which TypeScript before 5.7 calls `Uint8Array`. */
export type FileBytes = ReturnType<Uint8Array['slice']>;

/**
 * The file without personal data, if it is a JPEG, PNG, WebP, GIF, HEIC, AVIF, MP4 or MOV. Any other file is returned as it is.
 * @throws Error when the file is damaged so that nobody can tell what is in it
 */
export function withoutPersonalData(file: FileBytes): FileBytes {
  const clean = formatOf(file);
  return clean ? clean(file) : file;
}

type Bytes = Uint8Array<ArrayBuffer>;

function formatOf(start: Uint8Array): ((file: Bytes) => Bytes) | undefined {
  const text = ascii(start, 0, personalDataStart);
  if (text.startsWith('\xff\xd8\xff')) return cleanJpeg;
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return cleanPng;
  if (/^RIFF.{4}WEBP/s.test(text)) return cleanWebp;
  if (/^GIF8[79]a/.test(text)) return cleanGif;
  // Old films of QuickTime begin with another box. The size of the first one is before its name.
  const isSmall = (start[0] ?? 255) <= 1;
  return isSmall && /^.{4}(ftyp|moov|mdat|wide|free|skip)/s.test(text) ? cleanBoxes : undefined;
}

const jpeg = {
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app14: 0xee,
  app15: 0xef,
  text: 0xfe,
};

/** https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B. What follows the end is dropped: phones append further pictures and films. */
function cleanJpeg(file: Bytes): Bytes {
  const view = viewOf(file);
  const kept: Bytes[] = [file.subarray(0, 2)];
  for (let at = 2; at < file.length; ) {
    if (file[at] !== 0xff) throw damaged();
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === jpeg.end) {
      kept.push(file.subarray(at, at + 2));
      break;
    }
    const end = at + 2 + sizeAt(view, at + 2);
    if (end > file.length || end < at + 4) throw damaged();
    kept.push(...keptSegment(file.subarray(at, end), marker));
    at = end;
    if (marker !== jpeg.scan) continue;
    const after = endOfScan(file, at);
    kept.push(file.subarray(at, after));
    at = after;
  }
  return joined(kept);
}

function keptSegment(segment: Bytes, marker: number): Bytes[] {
  const name = ascii(segment, 4, 16);
  switch (marker) {
    case jpeg.app0:
      return name.startsWith('JFIF\0') ? [segment] : [];
    case jpeg.app1:
      return name.startsWith('Exif\0') ? jpegTurn(orientationOf(segment.subarray(10))) : [];
    case jpeg.app2:
      return name.startsWith('ICC_PROFILE\0') ? [segment] : [];
    case jpeg.app14:
      return name.startsWith('Adobe') ? [segment] : [];
    case jpeg.text:
      return [];
    default:
      return marker >= jpeg.app0 && marker <= jpeg.app15 ? [] : [segment];
  }
}

function jpegTurn(orientation: number): Bytes[] {
  if (orientation === 1) return [];
  const exif = exifOf(orientation);
  return [Uint8Array.of(0xff, jpeg.app1, 0, exif.length + 8), bytesOf('Exif\0\0'), exif];
}

/** In a scan, 0xff is followed by 0 or by the number of a restart. */
function endOfScan(file: Bytes, start: number): number {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return file.length;
}

/** https://www.w3.org/TR/png-3/#11Chunks: what says how the picture is shown. */
const pngChunks = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(' '),
);

function cleanPng(file: Bytes): Bytes {
  const view = viewOf(file);
  const kept: Bytes[] = [file.subarray(0, 8)];
  for (let at = 8; at < file.length; ) {
    const end = at + 12 + longAt(view, at);
    if (end > file.length) throw damaged();
    const type = ascii(file, at + 4, 4);
    if (pngChunks.has(type)) kept.push(file.subarray(at, end));
    if (type === 'eXIf') kept.push(...pngTurn(orientationOf(file.subarray(at + 8, end - 4))));
    if (type === 'IEND') break;
    at = end;
  }
  return joined(kept);
}

function pngTurn(orientation: number): Bytes[] {
  if (orientation === 1) return [];
  const data = joined([bytesOf('eXIf'), exifOf(orientation)]);
  return [numberBytes(data.length - 4), data, numberBytes(crc32(data))];
}

/** https://www.w3.org/TR/png-3/#D-CRCAppendix */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const webpChunks = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const webpFlags = { exif: 8, xmp: 4 };

/** https://developers.google.com/speed/webp/docs/riff_container */
function cleanWebp(file: Bytes): Bytes {
  const view = viewOf(file);
  const kept: Bytes[] = [];
  let turn: Bytes[] = [];
  const length = Math.min(file.length, 8 + longAt(view, 4, true));
  for (let at = 12; at < length; ) {
    const size = longAt(view, at + 4, true);
    if (at + 8 + size > file.length) throw damaged();
    const type = ascii(file, at, 4);
    // A chunk of odd length is followed by a zero, which may be missing at the end.
    const chunk = joined([file.subarray(at, at + 8 + size), new Uint8Array(size % 2)]);
    if (webpChunks.has(type)) kept.push(chunk);
    if (type === 'EXIF') turn = webpTurn(orientationOf(chunk.subarray(8)));
    at += chunk.length;
  }
  const [first] = kept;
  if (first && ascii(first, 0, 4) === 'VP8X') {
    const flags = first[8] ?? 0;
    first[8] = (flags & ~(webpFlags.exif | webpFlags.xmp)) | (turn.length > 0 ? webpFlags.exif : 0);
  }
  const body = joined([bytesOf('WEBP'), ...kept, ...turn]);
  return joined([bytesOf('RIFF'), numberBytes(body.length, true), body]);
}

function webpTurn(orientation: number): Bytes[] {
  if (orientation === 1) return [];
  const exif = exifOf(orientation);
  return [bytesOf('EXIF'), numberBytes(exif.length, true), exif];
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt: comments are dropped, and what programs write for themselves. */
function cleanGif(file: Bytes): Bytes {
  const colors = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + colors(file[10] ?? 0);
  const kept: Bytes[] = [file.subarray(0, at)];
  while (at < file.length) {
    const begin = at;
    const kind = file[at];
    if (kind === 0x3b) {
      kept.push(file.subarray(at, at + 1));
      break;
    }
    if (kind === 0x2c) at += 11 + colors(file[at + 9] ?? 0);
    else if (kind === 0x21) at += 2;
    else throw damaged();
    at = endOfBlocks(file, at);
    const label = file[begin + 1];
    const isForeign = label === 0xff && !/^(NETSCAPE2|ANIMEXTS1)/.test(ascii(file, begin + 3, 11));
    if (kind === 0x2c || (label !== 0xfe && !isForeign)) kept.push(file.subarray(begin, at));
  }
  return joined(kept);
}

function endOfBlocks(file: Bytes, start: number): number {
  let at = start;
  for (;;) {
    const size = file[at];
    if (size === undefined) throw damaged();
    at += 1 + size;
    if (size === 0) return at;
  }
}

interface Box {
  readonly type: string;
  /** Where the box begins, where its content begins, and where it ends. */
  readonly begin: number;
  readonly start: number;
  readonly end: number;
}

/**
 * HEIC, AVIF, MP4 and MOV are boxes, whose places others name. So nothing is cut out: what is personal is overwritten where it is.
 * ISO/IEC 14496-12; https://developer.apple.com/documentation/quicktime-file-format
 */
function cleanBoxes(original: Bytes): Bytes {
  const file = original.slice();
  const view = viewOf(file);
  for (const box of boxesIn(file, view, 0, file.length, 'may end with others')) {
    if (box.type === 'meta') cleanItems(file, view, box);
    else if (box.type === 'moov') cleanMovie(file, view, box);
    else if (box.type === 'uuid' || box.type === 'udta') blankBox(file, box);
  }
  return file;
}

/** @param tail what is no box after some boxes; phones write such things behind a film */
function boxesIn(file: Bytes, view: DataView, from: number, to: number, tail?: 'may end with others'): Box[] {
  const boxes: Box[] = [];
  for (let begin = from; begin + 8 <= to; ) {
    const size = longAt(view, begin);
    const isLong = size === 1;
    const length = isLong
      ? longAt(view, begin + 8) * 2 ** 32 + longAt(view, begin + 12)
      : size === 0
        ? to - begin
        : size;
    const start = begin + (isLong ? 16 : 8);
    const end = begin + length;
    if (end < start || end > to) {
      if (tail && boxes.length > 1) break;
      throw damaged();
    }
    boxes.push({ type: ascii(file, begin + 4, 4), begin, start, end });
    begin = end;
  }
  return boxes;
}

/** Places and names are in `udta` and `meta` of the film, or of one of its tracks. */
function cleanMovie(file: Bytes, view: DataView, { start, end }: Box): void {
  for (const box of boxesIn(file, view, start, end)) {
    if (box.type === 'trak') cleanMovie(file, view, box);
    else if (['udta', 'meta', 'uuid'].includes(box.type)) blankBox(file, box);
  }
}

/** Turns a box into empty space. */
function blankBox(file: Bytes, { begin, start, end }: Box): void {
  file.set(bytesOf('free'), begin + 4);
  file.fill(0, start, end);
}

/** Overwrites the items `Exif` and those in XML. The turn of such a picture is a property of its own. */
function cleanItems(file: Bytes, view: DataView, meta: Box): void {
  const boxes = boxesIn(file, view, meta.start + 4, meta.end);
  const find = (type: string) => boxes.find((box) => box.type === type);
  for (const box of boxes) if (['xml ', 'bxml', 'ilst'].includes(box.type)) blankBox(file, box);
  const [info, places, data] = [find('iinf'), find('iloc'), find('idat')];
  if (!info || !places) return;
  const personal = new Map<number, 'Exif' | 'mime'>();
  const entries = info.start + (file[info.start] === 0 ? 6 : 8);
  for (const { start } of boxesIn(file, view, entries, info.end)) {
    const isLarge = file[start] === 3;
    const type = ascii(file, start + (isLarge ? 10 : 8), 4);
    const id = isLarge ? longAt(view, start + 4) : sizeAt(view, start + 4);
    if (type === 'Exif' || type === 'mime') personal.set(id, type);
  }
  for (const { id, begin, end, isInData } of itemPlaces(file, view, places)) {
    const type = personal.get(id);
    if (type === undefined) continue;
    const base = isInData ? (data?.start ?? file.length) : 0;
    if (base + end > file.length) throw damaged();
    file.fill(type === 'mime' ? 0x20 : 0, base + begin, base + end);
    const empty = exifOf(1);
    // Four bytes say where the header begins.
    if (type === 'Exif' && end - begin >= 4 + empty.length) file.set(empty, base + begin + 4);
  }
}

interface ItemPlace {
  readonly id: number;
  readonly begin: number;
  readonly end: number;
  /** Whether the place is in the box `idat`, and not in the file. */
  readonly isInData: boolean;
}

/** The extents of the items in the box `iloc`, ISO/IEC 14496-12, 8.11.3. */
function itemPlaces(file: Bytes, view: DataView, { start, end }: Box): ItemPlace[] {
  const version = file[start] ?? 0;
  let at = start + 4;
  const read = (size: number) => {
    if (at + size > end || ![0, 2, 4, 8].includes(size)) throw damaged();
    const value =
      size === 8
        ? longAt(view, at) * 2 ** 32 + longAt(view, at + 4)
        : size === 4
          ? longAt(view, at)
          : size === 2
            ? sizeAt(view, at)
            : 0;
    at += size;
    return value;
  };
  const sizes = read(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const places: ItemPlace[] = [];
  for (let items = read(version < 2 ? 2 : 4); items > 0; items--) {
    const id = read(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : read(2) & 15;
    read(2);
    const base = read(baseSize);
    for (let extents = read(2); extents > 0; extents--) {
      read(indexSize);
      const begin = base + read(offsetSize);
      places.push({ id, begin, end: begin + read(lengthSize), isInData: method === 1 });
    }
  }
  return places;
}

/** How the camera was held, 1 to 8, by the Exif data of a picture; 1 is upright. Exif 3.0, 4.6.4. */
function orientationOf(exif: Uint8Array<ArrayBuffer>): number {
  // In WebP, some programs write JPEG's header before it.
  const tiff = ascii(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
  const view = viewOf(tiff);
  const isLittle = ascii(tiff, 0, 2) === 'II';
  if (tiff.length < 10 || (!isLittle && ascii(tiff, 0, 2) !== 'MM')) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, isLittle);
  for (let index = 0; index < count; index++) {
    const at = directory + 2 + index * 12;
    if (at + 12 > tiff.length) break;
    if (view.getUint16(at, isLittle) !== 0x112) continue;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Exif data that says nothing but the orientation. */
function exifOf(orientation: number): Bytes {
  return Uint8Array.of(
    ...[0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  );
}

function damaged(): Error {
  return new Error('unable to remove personal data; the file is damaged');
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A number of two bytes. */
function sizeAt(view: DataView, at: number): number {
  if (at + 2 > view.byteLength) throw damaged();
  return view.getUint16(at);
}

/** A number of four bytes. */
function longAt(view: DataView, at: number, isLittle = false): number {
  if (at + 4 > view.byteLength) throw damaged();
  return view.getUint32(at, isLittle);
}

function numberBytes(value: number, isLittle = false): Bytes {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, isLittle);
  return bytes;
}

function bytesOf(text: string): Bytes {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
