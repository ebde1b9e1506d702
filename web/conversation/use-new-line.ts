import type { Message } from '@parley/client';
import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Thread } from './thread.ts';
import { unreadMessages } from './unread.ts';

/**
 * Moves the line "New messages" before the first message that was not on the screen when it came. The line stays when the messages have been
 * read, until the user answers. Call it behind what marks as read what is on the screen.
 * @param line the `seq` of the message below it
 */
export function useNewLine({ conversation, me, messages, pending }: Thread, line: Signal<number | undefined>): void {
  const known = useRef(conversation.messages.at(-1)?.seq ?? 0);
  const [shown, waiting] = [messages.value, pending.value];
  useLayoutEffect(() => {
    const all = conversation.messages;
    const isNew = ({ seq }: Message) => seq > known.current;
    const isAnswer = ({ from_user, content_type }: Message) => from_user.username === me && content_type !== 'system';
    const [unread] = unreadMessages(all, conversation.readUpTo, me);
    if (waiting.length > 0 || all.some((message) => isNew(message) && isAnswer(message))) line.value = undefined;
    // Else the user had not read all before it: the line is there already.
    else if (unread && isNew(unread)) line.value = unread.seq;
    known.current = all.at(-1)?.seq ?? known.current;
  }, [shown, waiting]);
}
