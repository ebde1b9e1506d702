import type { Upload } from './upload.ts';

/** Each upload keeps its file in memory for the preview, so only the latest ones are kept. */
const maxUploads = 20;
const sent = new Map<string, Upload>();

/** To be called when a message with this file is sent. */
export function rememberUpload(id: string, upload: Upload): void {
  sent.set(id, upload);
  const [oldest] = sent;
  if (!oldest || sent.size <= maxUploads) return;
  sent.delete(oldest[0]);
  oldest[1].releasePreview();
}

/** A file that this page has sent, by the id of its attachment: for a preview until the message is stored, or has failed. */
export function sentUpload(id: string): Upload | undefined {
  return sent.get(id);
}
