import type { Conversation, ConversationView, Role } from '@parley/client';
import { useState } from 'preact/hooks';
import { go } from '../route.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { mayLeave } from './may.ts';

export function Leave(props: {
  readonly conversation: Conversation;
  readonly view: ConversationView;
  readonly own: Role;
  readonly name: string;
}) {
  const { conversation, view, own, name } = props;
  const [asks, setAsks] = useState(false);
  const what = view.kind === 'room' ? 'room' : 'group';
  if (!mayLeave(own, view.members.length)) {
    return <p class="details-note">You own this group. To leave it, make somebody else its owner first.</p>;
  }
  return (
    <>
      <button type="button" class="action" data-kind="danger" onClick={() => setAsks(true)}>
        Leave {what}
      </button>
      {asks && (
        <ConfirmDialog
          title={`Leave ${name}?`}
          action="Leave"
          onConfirm={async () => {
            await conversation.leave();
            go({ at: 'inbox' });
          }}
          onClose={() => setAsks(false)}
        >
          {what === 'room'
            ? 'You get its messages no more. You can join again at any time.'
            : 'You get its messages no more. To come back you have to be invited.'}
        </ConfirmDialog>
      )}
    </>
  );
}
