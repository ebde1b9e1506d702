import type { Services } from '../runtime/services.ts';
import { removeAvatar } from '../store/bucket.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { descriptionUpdate } from '../store/description.ts';
import { updateItem } from '../store/item.ts';

/** Removes the picture and the description of a group that nobody can read any more. Doing it again changes nothing. */
export async function forgetLook(services: Pick<Services, 'table' | 'bucket'>, conversation: string): Promise<void> {
  const { picture, described } = await getConversationState(services, conversation);
  if (picture !== undefined) await removeAvatar(services, picture);
  if (described) await updateItem(services.table, descriptionUpdate(conversation, null));
}
