import type { Conversation } from '@parley/client';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { otherOf, plainName, titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { presenceText } from '../ui/times.ts';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { useRestoreFocus } from '../ui/use-restore-focus.ts';
import { t } from '../words/words.ts';
import { ConversationAvatar } from './conversation-avatar.tsx';
import { GroupActions } from './group-actions.tsx';
import { LargeMemberList } from './large-member-list.tsx';
import { LeaveButton } from './leave-button.tsx';
import { MemberList } from './member-list.tsx';
import { MuteButton } from './mute-button.tsx';
import { PersonActions } from './person-actions.tsx';
import { useConversationView } from './use-conversation-view.ts';

/** The members of a conversation and what can be done with it: a column on wide screens, else a dialog. */
export function DetailsPanel({ conversation, onClose }: { readonly conversation: Conversation; onClose(): void }) {
  const { me } = useMessenger();
  const view = useConversationView(conversation);
  const isWide = useMediaQuery('(min-width: 75rem)');
  const other = otherOf(view, me);
  const role = view.members.find(({ username }) => username === me)?.role ?? 'member';
  const name = titleOf(view, me);
  const Frame = isWide ? Column : Dialog;
  return (
    <Frame title={t('Details')} onClose={onClose}>
      <div class="details-body">
        <div class="details-title">
          <ConversationAvatar view={view} size={5} />
          <p class="details-name" dir="auto">
            {name}
          </p>
          {view.description !== undefined && (
            <p class="description" dir="auto">
              {view.description}
            </p>
          )}
          {other !== undefined && <PersonStatus username={other} />}
        </div>
        {(view.kind === 'group' || view.kind === 'room') && <GroupActions view={view} role={role} />}
        {other === undefined &&
          (view.online === undefined ? (
            <MemberList view={view} role={role} />
          ) : (
            <LargeMemberList view={view} role={role} />
          ))}
        <div class="details-actions">
          <MuteButton view={view} />
          {other !== undefined && <PersonActions username={other} name={name} />}
          <ConfirmButton
            label={t('Clear history')}
            kind="danger"
            title={t('Clear the history?')}
            action={t('Clear')}
            onConfirm={() => conversation.clearHistory()}
          >
            {t('All messages so far are removed from your devices for good. The others keep theirs.')}
          </ConfirmButton>
          {view.kind !== 'direct' && <LeaveButton conversation={conversation} view={view} role={role} name={name} />}
        </div>
      </div>
    </Frame>
  );
}

/** The user name, and whether the user is online. */
function PersonStatus({ username }: { readonly username: string }) {
  const { presence } = useMessenger();
  const status = presenceText(presence(username));
  return (
    <p class="quiet">
      <bdi>@{plainName(username)}</bdi>
      {status !== '' && ` · ${status}`}
    </p>
  );
}

/** Beside the conversation. Like a dialog it closes on Escape and gives the focus back. */
function Column(props: { readonly title: string; readonly children: ComponentChildren; onClose(): void }) {
  const element = useRef<HTMLElement>(null);
  const title = useId();
  useRestoreFocus();
  useEffect(() => element.current?.focus(), []);
  return (
    <section
      class="details"
      aria-labelledby={title}
      tabIndex={-1}
      ref={element}
      onKeyDown={(event) => event.key === 'Escape' && props.onClose()}
    >
      <header class="dialog-head">
        <h2 id={title}>{props.title}</h2>
        <IconButton icon="close" label={t('Close details')} onClick={props.onClose} />
      </header>
      {props.children}
    </section>
  );
}
