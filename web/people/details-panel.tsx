import type { Conversation } from '@parley/client';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { useFocusBack } from '../ui/use-focus-back.ts';
import { useMedia } from '../ui/use-media.ts';
import { ClearHistory } from './clear-history.tsx';
import { ConversationAvatar } from './conversation-avatar.tsx';
import { GroupActions } from './group-actions.tsx';
import { Leave } from './leave.tsx';
import { Members } from './members.tsx';
import { otherOf, titleOf } from './names.ts';
import { PersonActions } from './person-actions.tsx';
import { PersonDetails } from './person-details.tsx';
import { useView } from './use-view.ts';

/** Who is in a conversation, and what can be done with it: a column where there is room, else a dialog. */
export function DetailsPanel(props: { readonly conversation: Conversation; onClose(): void }) {
  const { me } = useMessenger();
  const view = useView(props.conversation);
  const wide = useMedia('(min-width: 75rem)');
  const other = otherOf(view, me);
  const own = view.members.find(({ username }) => username === me)?.role ?? 'member';
  const name = titleOf(view, me);
  const contents = (
    <div class="details-body">
      <div class="details-who">
        <ConversationAvatar view={view} size={5} />
        <p class="details-name">{name}</p>
        {other !== undefined && <PersonDetails username={other} />}
      </div>
      {view.kind === 'group' && <GroupActions view={view} own={own} />}
      {other === undefined && <Members view={view} own={own} />}
      <div class="details-actions">
        {other !== undefined && <PersonActions username={other} name={name} />}
        <ClearHistory conversation={props.conversation} />
        {(view.kind === 'group' || view.kind === 'room') && (
          <Leave conversation={props.conversation} view={view} own={own} name={name} />
        )}
      </div>
    </div>
  );
  if (wide) return <Column onClose={props.onClose}>{contents}</Column>;
  return (
    <Dialog title="Details" onClose={props.onClose}>
      {contents}
    </Dialog>
  );
}

/** Beside the conversation; Escape ends it as it ends a dialog, and the focus goes back to where it came from. */
function Column({ children, onClose }: { readonly children: ComponentChildren; onClose(): void }) {
  const element = useRef<HTMLElement>(null);
  const title = useId();
  useFocusBack();
  useEffect(() => element.current?.focus(), []);
  return (
    <section
      class="details"
      aria-labelledby={title}
      tabIndex={-1}
      ref={element}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header class="dialog-head">
        <h2 id={title}>Details</h2>
        <button type="button" class="icon-button" aria-label="Close details" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </section>
  );
}
