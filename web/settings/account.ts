import { createAccount } from '@parley/client/account';
import { perChat } from '../state/per-chat.ts';

/** The user themself, as they are on all devices. */
export const accountOf = perChat(createAccount);
