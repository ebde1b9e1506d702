/**
 * Files that no message shows any more. An object of the bucket is deleted with the last upload that refers to it, whether its message was
 * deleted, has expired, or never came because its writer died.
 */
import type { Services } from '../runtime/services.ts';
import { removeFile } from '../store/bucket.ts';
import { type File, getEntry, type MessageEntry } from '../store/entry.ts';
import { forgetObject, isReferred } from '../store/shared-object.ts';
import { dropExpiredUpload, getUpload, isUsed, releaseUpload, restoreUpload, type Upload } from '../store/upload.ts';

type Releaser = Pick<Services, 'table' | 'bucket' | 'now'>;

/** Releases a file of a message that is being deleted, and deletes its object if no other message shows it. Doing it again changes nothing. */
export async function releaseFile(services: Releaser, conversation: string, file: File): Promise<void> {
  const upload = await releaseUpload(services, conversation, file.id);
  await removeUnlessReferred(services, file, upload?.shared ?? true);
}

/**
 * DynamoDB has deleted an upload: it has expired. If its message is there, the upload is put back.
 * @param upload as it was
 */
export async function settleExpiredUpload(
  services: Releaser & Pick<Services, 'config'>,
  upload: Upload,
): Promise<void> {
  if (upload.state === 'new') return;
  if (isUsed(upload)) {
    const message = await messageOf(services, upload);
    if (message) return restoreUpload(services, upload, message.at);
    if (upload.shared && !(await dropExpiredUpload(services, upload))) {
      const back = await getUpload(services, upload.conversation, upload.id);
      if (!back) throw new Error(`unable to drop the reference of ${upload.id}; others came between`);
      // A later try of the send has claimed it again.
      if (isUsed(back)) return;
    }
  }
  // Of two records of the same deletion, one may have put it back, and it may have been forwarded since.
  await removeUnlessReferred(services, upload, true);
}

async function messageOf(services: Releaser, { conversation, seq, id }: Upload): Promise<MessageEntry | undefined> {
  const entry = seq === undefined ? undefined : await getEntry(services, conversation, seq);
  return entry?.type === 'message' && entry.files.some((file) => file.id === id) ? entry : undefined;
}

/** @param shared whether other uploads may refer to the object */
async function removeUnlessReferred(services: Releaser, file: File, shared: boolean): Promise<void> {
  const { object } = file;
  if (shared && object !== undefined && (await isReferred(services, object))) return;
  await removeFile(services, file);
  if (shared && object !== undefined) await forgetObject(services, object);
}
