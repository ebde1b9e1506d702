/** Pictures of users. A picture is stored under an id of its own each time, so one that was replaced never comes back and can be deleted. */
import { ChatError } from '#protocol/errors';
import { isAvatarType } from '#protocol/http';
import { withoutPersonalData } from '#protocol/personal-data';
import type { Services } from '../runtime/services.ts';
import { type AvatarClaim, putAvatarClaim } from '../store/avatar-claim.ts';
import { putAvatar, readIncoming, removeAvatar } from '../store/bucket.ts';
import { type Avatar, getUser, type User } from '../store/user.ts';
import { checkUpload } from './claim-attachments.ts';

/**
 * Stores an upload as a picture of its user, with the same checks as a file of a message.
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function storeAvatar(services: Services, username: string, uploadId: string): Promise<Avatar> {
  const { upload } = await checkUpload(services, username, username, uploadId);
  // One that was announced without a type can be anything.
  if (!isAvatarType(upload.content_type)) {
    throw new ChatError('attachment_rejected', `${uploadId} is ${upload.content_type}, and no PNG, JPEG, GIF or WebP`);
  }
  const picture = await readIncoming(services, uploadId);
  if (picture?.length !== upload.size) {
    throw new ChatError('attachment_rejected', `${uploadId} was replaced while it was checked: try again`);
  }
  const clean = cleaned(new Uint8Array(picture), uploadId);
  const avatar = { id: `${uploadId}-${services.newId(services.now())}`, content_type: upload.content_type };
  await putAvatarClaim(services, { username, id: avatar.id });
  await putAvatar(services, avatar, clean, upload.filename);
  return avatar;
}

/** Everybody gets the picture, and nobody the place where it was taken. @throws ChatError `attachment_rejected` for a damaged one */
function cleaned(picture: Uint8Array<ArrayBuffer>, id: string): Uint8Array {
  try {
    return withoutPersonalData(picture);
  } catch {
    throw new ChatError('attachment_rejected', `${id} is damaged: save the picture again and upload that`);
  }
}

/** The stream shows that a user has another picture, or none. */
export async function removeReplacedAvatar(
  services: Pick<Services, 'bucket'>,
  before: User | undefined,
  after: User,
): Promise<void> {
  if (before?.avatar && before.avatar.id !== after.avatar?.id) await removeAvatar(services, before.avatar.id);
}

/** A day after a picture was stored: it is deleted unless its user shows it. */
export async function settleAvatar(
  services: Pick<Services, 'table' | 'bucket'>,
  { username, id }: AvatarClaim,
): Promise<void> {
  const user = await getUser(services, username, { consistent: true });
  if (user?.avatar?.id !== id) await removeAvatar(services, id);
}
