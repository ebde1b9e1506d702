/** What a file that is shown begins with; the server refuses a picture or film that is none. */
const signatures: readonly (readonly [start: RegExp, type: RegExp, is?: string])[] = [
  [/^\x89PNG/, /^image\//, 'image/png'],
  [/^\xff\xd8\xff/, /^image\//, 'image/jpeg'],
  [/^GIF8[79]a/, /^image\//, 'image/gif'],
  [/^RIFF.{4}WEBP/s, /^image\//, 'image/webp'],
  [/^%PDF-/, /^application\/pdf$/],
  [/^(.{4}ftyp|.E\xdf\xa3|ID3|\xff[\xf3\xfb]|fLaC|RIFF.{4}WAVE)/s, /^(audio|video)\//],
];

/** Types whose files are looked at before they are taken; files of others are only ever saved. */
const lookedAt = /^(image|audio|video|text)\/|^application\/pdf$/;
const saved = 'application/octet-stream';

/**
 * The media type to announce a file as. Browsers go by its name, so it may be another kind of picture than it says; what is nothing that could
 * be shown goes as a file to be saved.
 * @param type what the browser says
 * @param start the file's first bytes
 */
export function announcedType(type: string, start: Uint8Array): string {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(plain)) return saved;
  if (!lookedAt.test(plain)) return plain;
  if (plain.startsWith('text/')) return start.includes(0) ? saved : plain;
  const text = String.fromCharCode(...start.subarray(0, 16));
  const known = signatures.find(([begins, family]) => family.test(plain) && begins.test(text));
  return known ? (known[2] ?? plain) : saved;
}
