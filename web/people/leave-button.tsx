import type { Conversation, ConversationView, Role } from '@parley/client';
import { navigate } from '../route.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { canLeave } from './permissions.ts';

export function LeaveButton(props: {
  readonly conversation: Conversation;
  readonly view: ConversationView;
  /** The user's own role. */
  readonly role: Role;
  readonly name: string;
}) {
  const { conversation, view, role, name } = props;
  if (!canLeave(view.kind, role, view.member_count ?? view.members.length)) {
    return <p class="details-note">You own this group. To leave it, make somebody else its owner first.</p>;
  }
  return (
    <ConfirmButton
      label={`Leave ${view.kind === 'fixed' ? 'conversation' : view.kind}`}
      kind="danger"
      title={`Leave ${name}?`}
      action="Leave"
      onConfirm={async () => {
        await conversation.leave();
        navigate({ page: 'inbox' });
      }}
    >
      {view.kind === 'group'
        ? 'You no longer get its messages. To come back you have to be invited.'
        : 'You no longer get its messages. You can join again at any time.'}
    </ConfirmButton>
  );
}
