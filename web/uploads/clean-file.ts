import { t } from '../words/words.ts';

/**
 * Removes the place, the time, the camera and names from a picture or film before it leaves this device. The code is loaded with the first
 * file; it shares nothing with the page, so it is a file of its own.
 * @param start the file's first bytes
 * @param type the media type under which the file goes out
 * @throws Error when the file is damaged, so that nobody can tell what is in it
 */
export async function cleanFile(file: Blob, start: Uint8Array, type: string): Promise<Blob> {
  const { mayHavePersonalData, withoutPersonalData } = await import('@parley/client/personal-data');
  if (!mayHavePersonalData(start)) return type === file.type ? file : file.slice(0, file.size, type);
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return new Blob([withoutPersonalData(bytes)], { type });
  } catch {
    return drawnAgain(file, type);
  }
}

const damaged = () =>
  new Error(t('This file is damaged, so personal data cannot be removed from it. Choose another one.'));

/** A damaged picture that the browser can show all the same. */
async function drawnAgain(file: Blob, type: string): Promise<Blob> {
  const picture = await createImageBitmap(file).catch(() => {
    throw damaged();
  });
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: picture.width, height: picture.height });
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  picture.close();
  const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.9));
  // A browser that cannot write the type writes PNG.
  if (drawn?.type === type) return drawn;
  throw damaged();
}
