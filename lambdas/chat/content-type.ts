/** Whether a file is what it was announced as. */

/** Types that are one, under the names that programs give them. */
const families: readonly (readonly string[])[] = [
  ['image/jpeg', 'image/jpg', 'image/pjpeg'],
  ['image/png', 'image/apng', 'image/x-png', 'image/vnd.mozilla.apng'],
  ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence'],
  ['image/avif', 'image/avif-sequence'],
  ['image/bmp', 'image/x-bmp', 'image/x-ms-bmp'],
  ['image/x-icon', 'image/vnd.microsoft.icon', 'image/ico'],
  ['image/tiff', 'image/x-tiff', 'image/x-adobe-dng', 'image/x-canon-cr2', 'image/x-nikon-nef', 'image/x-sony-arw'],
  ['image/vnd.adobe.photoshop', 'image/x-photoshop', 'image/psd'],
];

/** One container holds both sound and film, under many names. */
const media = /^(audio|video)\/|^application\/(ogg|mp4|mxf|x-matroska|vnd\.ms-asf|vnd\.rn-realmedia)$/;
const textual = /^text\/|^application\/xml$|^image\/svg\+xml$/;

/**
 * Browsers show pictures, film and sound, so these must be what they were announced as; otherwise a web page could be uploaded as a picture.
 * Text must be text. All other files are only ever downloaded, so their type does not matter.
 * @param announced a media type in lower case
 * @param possible what the first bytes can be, see store/sniff.ts
 */
export function matchesContent(announced: string, possible: readonly string[]): boolean {
  const type = essenceOf(announced);
  if (type.startsWith('text/')) return possible.some((one) => textual.test(one));
  if (type === 'application/pdf') return possible.includes(type);
  if (/^(audio|video)\//.test(type)) return possible.some((one) => media.test(one));
  if (!type.startsWith('image/')) return true;
  const family = families.find((types) => types.includes(type)) ?? [type];
  return possible.some((one) => family.includes(one));
}

/** A media type without its parameters. */
export function essenceOf(type: string): string {
  return type.split(';')[0]?.trim() ?? '';
}
