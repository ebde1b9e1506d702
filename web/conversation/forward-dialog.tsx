import type { Message } from '@parley/client';
import { fold } from '@parley/client/text';
import { useState } from 'preact/hooks';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { navigate } from '../route.ts';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { showError, showToast } from '../ui/toast.tsx';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';

/** Sends a copy of a message to another conversation. */
export function ForwardDialog(props: { readonly thread: Thread; readonly message: Message; onClose(): void }) {
  const { chat, me, conversations } = useMessenger();
  const [query, setQuery] = useState('');
  const { message, onClose } = props;
  const found = conversations.value
    .map((view) => ({ view, title: titleOf(view, me) }))
    .filter(({ title }) => fold(title).includes(fold(query.trim())));

  async function forward(to: string, title: string): Promise<void> {
    onClose();
    try {
      const conversation = await chat.open(to);
      const attachments = message.attachments.map(({ id }) => `${message.conversation}/${id}`);
      await conversation.send({
        message: message.message,
        attachments: attachments.length > 0 ? attachments : undefined,
      });
      showToast(t('Forwarded to {title}.', { title }), {
        label: t('Open'),
        run: () => navigate({ page: 'conversation', name: to }),
      });
    } catch (error) {
      if (error instanceof Error) showError(error);
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
        onInput={({ currentTarget }) => setQuery(currentTarget.value)}
      />
      <ul class="forward-list">
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
