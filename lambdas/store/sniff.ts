/** What a file is by its first bytes. It is loaded with the first file, like s3.ts. */
import { fileTypeFromBuffer } from 'file-type/core';
import { markupOf, textOf } from './text-content.ts';

/**
 * The media types that a file can be, without parameters, the likeliest first; empty when nothing is known of such bytes. Text is `text/plain`,
 * or the type of its markup. Text may begin like a signature, as in "BMW", so there can be two.
 * @param start the first 4,100 bytes, or all of them
 */
export async function sniff(start: Uint8Array): Promise<string[]> {
  const text = textOf(start);
  const textual = text === undefined ? [] : [markupOf(text.text)];
  // The byte order mark of UTF-16 looks like a frame of MPEG audio.
  if (text?.isMarked) return textual;
  const found = (await fileTypeFromBuffer(start))?.mime.split(';')[0]?.trim().toLowerCase();
  if (found === undefined || found === 'application/xml') return textual;
  // The signatures of documents, such as %PDF-, are longer than those of pictures and sounds.
  return found.startsWith('application/') ? [found, ...textual] : [...textual, found];
}
