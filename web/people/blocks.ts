import { createBlocks } from '@parley/client/blocks';
import { perChat } from '../state/per-chat.ts';

/** The users whom the user has blocked, on whichever device. */
export const blocksOf = perChat(createBlocks);
