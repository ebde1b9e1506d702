import { limits } from '@parley/client/text';

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** A video whose size is not known by then is shown without it. */
const timeoutMs = 3_000;

/**
 * Width and height of a picture or video as it is shown, after any rotation; undefined if the browser cannot show it.
 * @param type the media type
 * @param address such as an object URL
 */
export async function measure(type: string, address: string): Promise<Pixels | undefined> {
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs));
  const pixels = await Promise.race([type.startsWith('image/') ? ofPicture(address) : ofVideo(address), timeout]);
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

function ofVideo(address: string): Promise<Pixels | undefined> {
  return new Promise((resolve) => {
    const video = document.createElement('video');
    video.onloadedmetadata = () => resolve({ width: video.videoWidth, height: video.videoHeight });
    video.onerror = () => resolve(undefined);
    video.preload = 'metadata';
    video.muted = true;
    video.src = address;
  });
}
