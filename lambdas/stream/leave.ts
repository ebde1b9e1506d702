/** A socket was closed, or found to be gone. Source: PROTOCOL section 2: once per user, whatever the number of devices. */
import { parseConversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { readInbox } from '../chat/inbox.ts';
import { members } from '../chat/members.ts';
import { devicesOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { getMembership } from '../store/membership.ts';
import { type Live, liveNow, type User } from '../store/user.ts';
import { tellPresence } from './presence.ts';

export async function leave(services: Services, { is, device }: { is: User; device: Live }): Promise<void> {
  const { scope } = device;
  const remaining = liveNow(is, services.now());
  if (scope.kind === 'user' && !remaining.some((other) => other.scope.kind === 'user')) {
    await tellPresence(services, is, await readInbox(services, is.username));
  }
  if (scope.kind !== 'conversation') return;
  const id = scope.conversation;
  const stays = remaining.some((other) => other.scope.kind === 'conversation' && other.scope.conversation === id);
  if (stays) return;
  const conversation = parseConversation(id);
  // Whom the user has blocked did not hear of their coming either.
  const isDirect = conversation.kind === 'direct';
  if (isDirect && (await getMembership(services, is.username, id))?.blocks) return;
  const others = (await members(services, conversation)).filter(({ username }) => username !== is.username);
  const devices = devicesOf(others, services.now(), (other) => receives(other, id));
  await postAll(services, devices, { type: 'user_leave', conversation: id, user: is.username });
}
