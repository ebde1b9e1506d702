import { ChatError } from '#protocol/errors';
import type { UploadForm } from '#protocol/http';
import { limits } from '#protocol/limits';
import { assertFileQuota } from '../chat/rate-limits.ts';
import { requireManager } from '../chat/require-manager.ts';
import { assertWritable, requireMembership } from '../chat/require-membership.ts';
import type { Services } from '../runtime/services.ts';
import { signDownload, signUpload } from '../store/bucket.ts';
import { getUpload, isUsed, type NewUpload, putUpload } from '../store/upload.ts';
import type { HttpHandlers } from './handler.ts';

/** Uploads and downloads. */
export const files: HttpHandlers<'createAvatarUpload' | 'createPictureUpload' | 'createUpload' | 'getAttachment'> = {
  async createUpload(services, { conversation, caller, body }) {
    const membership = await requireMembership(services, conversation, caller, { join: true });
    assertWritable(services, membership);
    return uploadForm(services, { conversation: conversation.id, user: caller.username, ...body });
  },

  createAvatarUpload: (services, { caller: { username }, body }) =>
    uploadForm(services, { conversation: username, user: username, ...body }),

  async createPictureUpload(services, { conversation, caller, body }) {
    await requireManager(services, conversation, caller);
    return uploadForm(services, { conversation: conversation.id, user: caller.username, ...body });
  },

  async getAttachment(services, { conversation, caller, path }) {
    await requireMembership(services, conversation, caller, { join: false });
    const upload = await getUpload(services, conversation.id, path.attachment);
    if (upload && isUsed(upload)) return signDownload(services, upload);
    throw new ChatError('not_found', `there is none with this id in ${conversation.id}`);
  },
};

/** A form that posts exactly this file; and the note of who may use the upload where. */
async function uploadForm(services: Services, upload: Omit<NewUpload, 'id'>): Promise<UploadForm> {
  await assertFileQuota(services, upload.user, upload.size);
  const now = services.now();
  const id = services.newId(now);
  const { url, fields } = await signUpload(services, { ...upload, id });
  await putUpload(services, { ...upload, id });
  return { id, url, fields, expires_at: new Date(now + limits.uploadFormSeconds * 1_000).toISOString() };
}
