import { limits } from '../../protocol/limits.ts';

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** ms; a film that tells nothing by then is shown without */
const patience = 3_000;

/**
 * Width and height of a picture or film, turned as it is shown; undefined where the browser can show none.
 * @param type its media type
 * @param address where it is, such as an object URL
 */
export async function measure(type: string, address: string): Promise<Pixels | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience));
  const pixels = await Promise.race([type.startsWith('image/') ? ofPicture(address) : ofFilm(address), late]);
  const fits = (length: number) => length >= 1 && length <= limits.attachmentPixels;
  return pixels && fits(pixels.width) && fits(pixels.height) ? pixels : undefined;
}

function ofPicture(address: string): Promise<Pixels | undefined> {
  return new Promise((resolve) => {
    const picture = new Image();
    picture.onload = () => resolve({ width: picture.naturalWidth, height: picture.naturalHeight });
    picture.onerror = () => resolve(undefined);
    picture.src = address;
  });
}

function ofFilm(address: string): Promise<Pixels | undefined> {
  return new Promise((resolve) => {
    const film = document.createElement('video');
    film.onloadedmetadata = () => resolve({ width: film.videoWidth, height: film.videoHeight });
    film.onerror = () => resolve(undefined);
    film.preload = 'metadata';
    film.muted = true;
    film.src = address;
  });
}
