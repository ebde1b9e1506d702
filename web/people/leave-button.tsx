import type { Conversation, ConversationView, Role } from '@parley/client';
import { navigate } from '../route.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { t } from '../words/words.ts';
import { canLeave } from './permissions.ts';

const leave = {
  direct: 'Leave conversation',
  fixed: 'Leave conversation',
  group: 'Leave group',
  room: 'Leave room',
} as const;

export function LeaveButton(props: {
  readonly conversation: Conversation;
  readonly view: ConversationView;
  /** The user's own role. */
  readonly role: Role;
  readonly name: string;
}) {
  const { conversation, view, role, name } = props;
  if (!canLeave(view.kind, role, view.member_count ?? view.members.length)) {
    return <p class="details-note">{t('You own this group. To leave it, make somebody else its owner first.')}</p>;
  }
  return (
    <ConfirmButton
      label={t(leave[view.kind])}
      kind="danger"
      title={t('Leave {name}?', { name })}
      action={t('Leave')}
      onConfirm={async () => {
        await conversation.leave();
        navigate({ page: 'inbox' });
      }}
    >
      {view.kind === 'group'
        ? t('You no longer get its messages. To come back you have to be invited.')
        : t('You no longer get its messages. You can join again at any time.')}
    </ConfirmButton>
  );
}
