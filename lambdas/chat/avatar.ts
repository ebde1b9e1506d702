/**
 * Pictures of users, groups and rooms. A picture is stored under an id of its own each time, so one that was replaced never comes back and can
 * be deleted.
 */
import { ChatError } from '#protocol/errors';
import { isAvatarType } from '#protocol/http';
import { limits } from '#protocol/limits';
import { withoutPersonalData } from '#protocol/personal-data';
import type { Services } from '../runtime/services.ts';
import { type AvatarClaim, type Portrayed, putAvatarClaim } from '../store/avatar-claim.ts';
import { putAvatar, readIncoming, removeAvatar } from '../store/bucket.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { type Avatar, getUser, type User } from '../store/user.ts';
import { checkUpload } from './claim-attachments.ts';

/**
 * Stores an upload as a picture, with the same checks as a file of a message.
 * @param of who will show it
 * @param username whose upload it is
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function storeAvatar(
  services: Services,
  of: Portrayed,
  username: string,
  uploadId: string,
): Promise<Avatar> {
  const place = 'username' in of ? of.username : of.conversation;
  const { upload } = await checkUpload(services, place, username, uploadId);
  // One that was announced without a type can be anything.
  if (!isAvatarType(upload.content_type)) {
    throw new ChatError('attachment_rejected', `${uploadId} is ${upload.content_type}, and no PNG, JPEG, GIF or WebP`);
  }
  // The form of an attachment allows more.
  if (upload.size > limits.avatarBytes) {
    throw new ChatError('attachment_rejected', `${uploadId} has more than ${limits.avatarBytes} bytes`);
  }
  const picture = await readIncoming(services, uploadId);
  if (picture?.length !== upload.size) {
    throw new ChatError('attachment_rejected', `${uploadId} was replaced while it was checked: try again`);
  }
  const clean = cleaned(new Uint8Array(picture), uploadId);
  const own = services.newId(services.now());
  // The id of a group's picture is in the state that each message writes, so it is short.
  const id = 'username' in of ? `${uploadId}-${own}` : own;
  const avatar = { id, content_type: upload.content_type };
  await putAvatarClaim(services, { of, id });
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

/** A day after a picture was stored or taken away: it is deleted unless it is shown. */
export async function settleAvatar(
  services: Pick<Services, 'table' | 'bucket'>,
  { of, id }: AvatarClaim,
): Promise<void> {
  if ((await shownBy(services, of)) !== id) await removeAvatar(services, id);
}

async function shownBy(services: Pick<Services, 'table'>, of: Portrayed): Promise<string | undefined> {
  if ('conversation' in of) return (await getConversationState(services, of.conversation)).picture;
  return (await getUser(services, of.username, { consistent: true }))?.avatar?.id;
}
