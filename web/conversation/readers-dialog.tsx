import type { Message } from '@parley/client';
import { PersonLine } from '../people/person-line.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { type Label, t } from '../words/words.ts';
import type { Thread } from './thread.ts';

const parts = [
  { receipt: 'read', title: 'Read' },
  { receipt: 'delivered', title: 'Delivered' },
  { receipt: 'sent', title: 'Not delivered yet' },
] as const satisfies readonly { readonly receipt: string; readonly title: Label }[];

/** Who of the members has read a message, and to whom it came. It stays current while it is open. */
export function ReadersDialog(props: { readonly thread: Thread; readonly message: Message; onClose(): void }) {
  const { thread, message, onClose } = props;
  void thread.changes.value;
  const members = othersOf(thread, message);
  return (
    <Dialog title={t('Who has read it')} onClose={onClose}>
      {parts.map(({ receipt, title }) => {
        const people = members.filter((member) => member.receipt === receipt);
        return (
          people.length > 0 && (
            <section key={receipt} aria-label={t(title)}>
              <h3 class="list-head">{t(title)}</h3>
              <ul class="readers">
                {people.map(({ username, name }) => (
                  <li key={username}>
                    <PersonLine username={username} name={name} />
                  </li>
                ))}
              </ul>
            </section>
          )
        );
      })}
    </Dialog>
  );
}

/** How far a message came to the others. Empty in direct conversations, whose ticks say it, and in large ones. */
export function othersOf({ conversation, me, receiptsOf }: Thread, message: Message) {
  if (conversation.view.kind === 'direct') return [];
  return receiptsOf(message).filter(({ username }) => username !== me);
}
