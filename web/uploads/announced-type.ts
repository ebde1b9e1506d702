/** First bytes of the file types that the page shows. The server refuses a picture or video that does not start as it was announced. */
const signatures: readonly (readonly [start: RegExp, family: RegExp, type?: string])[] = [
  [/^\x89PNG/, /^image\//, 'image/png'],
  [/^\xff\xd8\xff/, /^image\//, 'image/jpeg'],
  [/^GIF8[79]a/, /^image\//, 'image/gif'],
  [/^RIFF.{4}WEBP/s, /^image\//, 'image/webp'],
  [/^%PDF-/, /^application\/pdf$/],
  [/^(.{4}ftyp|.E\xdf\xa3|ID3|\xff[\xf3\xfb]|fLaC|OggS|RIFF.{4}WAVE)/s, /^(audio|video)\//],
];

/** The server checks the contents of files of these types; files of other types are only ever downloaded. */
const checked = /^(image|audio|video|text)\/|^application\/pdf$/;
/** The server finds the type by the contents. */
const unknown = '';

/**
 * The media type to announce to the server. Browsers derive the type from the file's name, so a picture may be of another kind than its name
 * says. A file whose contents do not match its type is announced without one: the server knows more types.
 * @param type the type that the browser reports
 * @param start the file's first bytes
 */
export function announcedType(type: string, start: Uint8Array): string {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(plain)) return unknown;
  if (!checked.test(plain)) return plain;
  if (plain.startsWith('text/')) return start.includes(0) ? unknown : plain;
  const text = String.fromCharCode(...start.subarray(0, 16));
  const known = signatures.find(([begins, family]) => family.test(plain) && begins.test(text));
  return known ? (known[2] ?? plain) : unknown;
}
