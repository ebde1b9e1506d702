/** Files go to S3 itself, with a form that the server signs. Source: docs/protocol.md, "Upload". */
import type { UploadForm } from '../../../protocol/http.ts';
import { AttachmentRejected, Internal } from './errors.ts';

export interface UploadOptions {
  /** Default: the file's own, or `file`. */
  readonly filename?: string;
  /** Pixels of a picture or film, both or neither: who reads the message gets them with the attachment. */
  readonly width?: number;
  readonly height?: number;
  /** Bytes of the file that are on their way, and all of them. Where there is no XMLHttpRequest it is told once, at the end. */
  onProgress?(sent: number, total: number): void;
  /** Breaks the upload off, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** @throws AttachmentRejected, Internal, the reason of the signal */
export async function postFile(
  { url, fields }: UploadForm,
  file: Blob,
  { signal, onProgress }: UploadOptions,
  fetching: typeof globalThis.fetch,
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  signal?.throwIfAborted();
  let status = 0;
  try {
    status = await (globalThis.XMLHttpRequest
      ? postWithProgress(url, form, signal, (share) => onProgress?.(Math.floor(share * file.size), file.size))
      : fetching(url, { method: 'POST', body: form, ...(signal && { signal }) }).then((response) => response.status));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Internal('internal', 'unable to upload the file; try again', undefined, { cause });
  }
  if (status >= 500) throw new Internal('internal', 'unable to upload the file; try again');
  if (status >= 300) {
    throw new AttachmentRejected(
      'attachment_rejected',
      'unable to upload the file; it is not what was announced, or came too late',
    );
  }
  onProgress?.(file.size, file.size);
}

/** `fetch` says nothing of how far an upload is. */
function postWithProgress(
  url: string,
  form: FormData,
  signal: AbortSignal | undefined,
  onProgress: (share: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => resolve(request.status);
    request.onerror = request.onabort = () => reject(new Error('the connection broke'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', url);
    request.send(form);
  });
}
