import { perConversation } from '../state/per-conversation.ts';
import type { Anchor } from './visible-rows.ts';

/** Where the user has left a conversation, if not at its end. */
export const keptPlaceOf = perConversation<{ anchor?: Anchor }>(() => ({}));
