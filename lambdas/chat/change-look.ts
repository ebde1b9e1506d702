/** The description and the picture of a group or room, which its managers change. */
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { avatarClaimUpdate } from '../store/avatar-claim.ts';
import { removeAvatar } from '../store/bucket.ts';
import { roleCheck } from '../store/change-state.ts';
import { descriptionUpdate, getDescription } from '../store/description.ts';
import { storeAvatar } from './avatar.ts';
import { changeMembers } from './change-members.ts';
import { requireManager } from './require-manager.ts';
import type { Caller } from './require-membership.ts';

export interface Look {
  /** null: there is none any more */
  readonly description?: string | null | undefined;
  /** The id of an upload; null: there is none any more */
  readonly picture?: string | null | undefined;
}

/** @throws ChatError `forbidden`, `attachment_missing`, `attachment_rejected`, `conflict` */
export async function changeLook(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  { description, picture }: Look,
): Promise<void> {
  if (description !== undefined) await changeDescription(services, conversation, caller, description);
  if (picture !== undefined) await changePicture(services, conversation, caller, picture);
}

async function changeDescription(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  description: string | null,
): Promise<void> {
  const { id } = conversation;
  const change = { kind: 'description', by: caller.username, description: description ?? undefined } as const;
  await changeMembers(services, conversation, change, async ({ described }) => {
    const current = described ? await getDescription(services, id, { consistent: true }) : undefined;
    if ((current ?? null) === description) return undefined;
    const own = await requireManager(services, conversation, caller);
    return {
      updates: [descriptionUpdate(id, description)],
      checks: [roleCheck(own)],
      described: description !== null,
    };
  });
}

/** If the writer dies before the earlier picture is deleted, the stream does it a day later. */
async function changePicture(
  services: Services,
  conversation: Conversation,
  caller: Caller,
  upload: string | null,
): Promise<void> {
  const { id } = conversation;
  const avatar =
    upload === null ? undefined : await storeAvatar(services, { conversation: id }, caller.username, upload);
  const change = { kind: 'picture', by: caller.username, taken_away: avatar ? undefined : true } as const;
  let earlier: string | undefined;
  await changeMembers(services, conversation, change, async ({ picture }) => {
    earlier = picture;
    if (picture === avatar?.id) return undefined;
    const own = await requireManager(services, conversation, caller);
    const claims = picture === undefined ? [] : [{ of: { conversation: id }, id: picture }];
    return {
      updates: claims.map((claim) => avatarClaimUpdate(services, claim)),
      checks: [roleCheck(own)],
      picture: avatar?.id ?? null,
    };
  });
  if (earlier !== undefined && earlier !== avatar?.id) await removeAvatar(services, earlier);
}
