import type { Chat } from '@parley/client';
import { type Blocks, createBlocks } from '@parley/client/blocks';
import { observed } from '../state/observed.ts';

const byChat = new WeakMap<Chat, Blocks>();

/** The users whom the user has blocked. Not a part of `Messenger`: a first visit needs none of it. */
export function blocksOf(chat: Chat): Blocks {
  const blocks = byChat.get(chat) ?? observed(createBlocks(chat));
  byChat.set(chat, blocks);
  return blocks;
}
