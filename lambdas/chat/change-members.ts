/**
 * A change of who is in a group or room, of roles, or of the title: see store/change-state.ts. Whoever loses a race reads again and decides
 * anew, so nobody acts with a role that they have lost.
 */
import { ChatError } from '#protocol/errors';
import type { ConversationChange } from '#protocol/message';
import type { Conversation } from '#protocol/names';
import type { Services, TimedStore } from '../runtime/services.ts';
import { changeWithNumber, changeWithoutNumber, type Step } from '../store/change-state.ts';
import { type ConversationState, getConversationState } from '../store/conversation-state.ts';
import type { ItemUpdate } from '../store/item.ts';
import { getNewMembers, joinedUpdate } from '../store/new-members.ts';
import { indexLagMs, leftLongAgo } from './members.ts';
import { recordNumbered, recordSystemEvent, stateChangeOf } from './system-events.ts';

/** A busy conversation gives its next number to somebody else before so many tries only if it has dozens of messages a second. */
const numberedTries = 8;
const allTries = 12;

/** For a transaction that makes this user a member of a group: whoever owns it and leaves then knows of them. */
export async function joinsUpdate(services: TimedStore, { id }: Conversation, username: string): Promise<ItemUpdate> {
  const joined = await getNewMembers(services, id);
  const listed = [...joined.at].filter(([, at]) => services.now() - at > indexLagMs).map(([name]) => name);
  return joinedUpdate(services, id, [username], listed);
}

/**
 * @param decide reads roles and memberships, and says what to write; undefined: there is nothing to change. It runs again after a lost race
 * @returns whether there was something to change
 * @throws ChatError those of `decide`; `conflict` when others are faster again and again
 */
export async function changeMembers(
  services: Services,
  conversation: Conversation,
  change: ConversationChange,
  decide: (state: ConversationState) => Promise<Step | undefined>,
): Promise<boolean> {
  const { id } = conversation;
  for (let tries = 0; tries < allTries; tries++) {
    if (tries > 0) await services.pause(Math.ceil(Math.random() * 20 * tries));
    const state = await getConversationState(services, id);
    const step = await decide(state);
    if (!step) return false;
    if (tries < numberedTries) {
      const stateChange = stateChangeOf(change, leftLongAgo(state, services.now()));
      const next = await changeWithNumber(services, state, stateChange, step);
      if (next) {
        await recordNumbered(services, conversation, change, next);
        return true;
      }
    } else if (await changeWithoutNumber(services, id, step)) {
      await recordSystemEvent(services, conversation, change, { state });
      return true;
    }
  }
  throw new ChatError('conflict', 'others have changed it at the same moment: look again', { retryAfter: 1 });
}
