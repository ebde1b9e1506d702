import type { Upload } from './upload.ts';

/** Pages hold the files of their previews: only so many of what was sent are kept. */
const most = 20;
const sent = new Map<string, Upload>();

/** The message with it is on its way. */
export function rememberUpload(id: string, upload: Upload): void {
  sent.set(id, upload);
  const [oldest] = sent;
  if (!oldest || sent.size <= most) return;
  sent.delete(oldest[0]);
  oldest[1].forget();
}

/** A file that was sent from this page, by its attachment's id: what to show of it until the message has come, or was refused. */
export function sentUpload(id: string): Upload | undefined {
  return sent.get(id);
}
