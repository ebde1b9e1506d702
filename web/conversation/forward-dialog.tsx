import type { Message } from '@parley/client';
import { fold } from '@parley/client/text';
import { useRef, useState } from 'preact/hooks';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { navigate } from '../route.ts';
import { tellTabs } from '../state/held.ts';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { fileCountOf, forwarding } from '../state/unsent-files.ts';
import { focusWithArrows } from '../ui/arrow-keys.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { showError, showToast } from '../ui/toast.tsx';
import { useSearchKeys } from '../ui/use-search-keys.ts';
import { t } from '../words/words.ts';

/** Sends copies of messages to another conversation, in their order. */
export function ForwardDialog(props: {
  readonly messages: readonly Message[];
  onClose(): void;
  /** Where the messages go has been chosen. */
  onDone?(): void;
}) {
  const { chat, me, state, conversations } = useMessenger();
  const [query, setQuery] = useState('');
  const { messages, onClose } = props;
  const found = conversations.value
    .map((view) => ({ view, title: titleOf(view, me) }))
    .filter(({ title }) => fold(title).includes(fold(query.trim())));

  const list = useRef<HTMLUListElement>(null);
  const onKey = useSearchKeys(list, true);

  async function forward(to: string, title: string): Promise<void> {
    onClose();
    props.onDone?.();
    const waiting = fileCountOf(chat, forwarding);
    waiting.value += messages.length;
    tellTabs(chat, me);
    if (!navigator.onLine || state.value.status === 'waiting')
      showToast(t('You are offline. Messages are sent when you are back.'));
    try {
      const conversation = await chat.open(to).finally(() => {
        waiting.value -= messages.length;
      });
      await Promise.all(messages.map((message) => conversation.send(copyOf(message))));
      showToast(t('Forwarded to {title}.', { title }), {
        label: t('Open'),
        run: () => navigate({ page: 'conversation', name: to }),
      });
    } catch (error) {
      // After signing out nothing is sent any more.
      if (error instanceof Error && chat.state.status !== 'closed') showError(error);
    }
  }

  return (
    <Dialog title={t('Forward to')} onClose={onClose}>
      <input
        class="field"
        dir="auto"
        type="search"
        aria-label={t('Find a conversation')}
        placeholder={t('Find a conversation')}
        value={query}
        autofocus
        onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        onKeyDown={onKey}
      />
      <ul class="forward-list" ref={list} onKeyDown={focusWithArrows}>
        {found.map(({ view, title }) => (
          <li key={view.id}>
            <Button look="list-button" onClick={() => forward(view.id, title)}>
              <ConversationAvatar view={view} size={2.25} /> <bdi>{title}</bdi>
            </Button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p>{t('No conversation has this name.')}</p>}
    </Dialog>
  );
}

function copyOf({ message, attachments, conversation }: Message) {
  const files = attachments.map(({ id }) => `${conversation}/${id}`);
  return { message, attachments: files.length > 0 ? files : undefined };
}
