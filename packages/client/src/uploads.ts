/** Files go directly to S3, with a form that the server signs. Source: docs/protocol.md, "Upload". */
import type { ToError } from './error-from-response.ts';
import type { Http } from './http.ts';
import type { UploadForm } from './protocol.ts';

export interface UploadOptions {
  /** Default: the file's own name, or `file`. */
  readonly filename?: string;
  /** Size of a picture or film in pixels: both or neither. Readers get them with the attachment. */
  readonly width?: number;
  readonly height?: number;
  /** Bytes sent so far, and the size of the file. Without XMLHttpRequest, as in Node, it is called once, at the end. */
  onProgress?(sent: number, total: number): void;
  /** Cancels the upload, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Asks a route for a form, and uploads the file with it.
 * @returns the upload's id
 * @throws ParleyError, the reason of the signal
 */
export type Upload = (path: string, file: Blob, options?: UploadOptions) => Promise<string>;

/** @param error is given, so that this part imports nothing and is small */
export const createUpload =
  (http: Http, fetch: typeof globalThis.fetch, error: ToError): Upload =>
  async (path, file, options = {}) => {
    const { filename = (file as Partial<File>).name ?? 'file', width, height, signal, onProgress } = options;
    const announced = { filename, content_type: file.type, size: file.size, width, height };
    const { id, url, fields } = await http<UploadForm>('POST', path, announced);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', file);
    signal?.throwIfAborted();
    let status = 0;
    try {
      status = await (globalThis.XMLHttpRequest
        ? postWithProgress(url, form, signal, (share) => onProgress?.(Math.floor(share * file.size), file.size))
        : fetch(url, { method: 'POST', body: form, signal }).then((response) => response.status));
    } catch (cause) {
      signal?.throwIfAborted();
      throw Object.assign(error('internal', 'unable to upload the file; try again'), { cause });
    }
    if (status >= 500) throw error('internal', 'unable to upload the file; try again');
    if (status >= 300) {
      throw error('attachment_rejected', 'unable to upload the file; it is not what was announced, or came too late');
    }
    onProgress?.(file.size, file.size);
    return id;
  };

/** `fetch` does not report the progress of an upload. */
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
