import { InvalidFrame, type InviteLinkView, NotFound } from '@parley/client';
import { createInviteLinks } from '@parley/client/invite-links';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { hrefOf, navigate } from '../route.ts';
import { useMessenger } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { errorSentence } from '../ui/error-sentence.ts';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** What an invite link leads to, and the button that joins. A member is taken to the group at once. */
export function JoinPane({ code }: { readonly code: string }) {
  const { chat } = useMessenger();
  const { busy, error, run } = useAction();
  const [group, setGroup] = useState<InviteLinkView>();
  const [failure, setFailure] = useState<Error>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let mounted = true;
    setFailure(undefined);
    createInviteLinks(chat)
      .follow(code)
      .then(
        (found) => {
          if (!mounted) return;
          if (found.member) enter(found.conversation);
          else setGroup(found);
        },
        (reason: Error) => mounted && setFailure(reason),
      );
    return () => {
      mounted = false;
    };
  }, [chat, code, tries]);
  // What is no code at all was cut on its way.
  if (failure instanceof NotFound || failure instanceof InvalidFrame) {
    return (
      <Pane title={t('This link does not work any more')}>
        <p>
          {t(
            'Its time is over, enough people have come, it was taken back, or it was not copied whole. Ask whoever sent it for a new one.',
          )}
        </p>
      </Pane>
    );
  }
  if (failure) {
    return (
      <Pane title={t('This link cannot be followed now')}>
        <p>{errorSentence(failure)}</p>
        <Button onClick={() => setTries(tries + 1)}>{t('Try again')}</Button>
      </Pane>
    );
  }
  if (!group) return <section class="empty-pane" aria-busy="true" aria-label={t('Invitation')} />;
  const title = group.title ?? t('Group');
  return (
    <Pane title={title}>
      <span class="person-avatar" data-of="many">
        <Avatar name={title} picture={group.picture} size={5} />
      </span>
      {group.description !== undefined && (
        <p class="description" dir="auto">
          {group.description}
        </p>
      )}
      <p>{t('{name} invites you to this group.', { name: group.person.name })}</p>
      <Button
        kind="main"
        disabled={busy}
        onClick={() =>
          run(() =>
            createInviteLinks(chat)
              .join(code)
              .then(({ id }) => enter(id)),
          )
        }
      >
        {t('Join')}
      </Button>
      <ErrorMessage text={error} />
    </Pane>
  );
}

/** Back then leads to where the user was before the link. */
function enter(conversation: string): void {
  navigate({ page: 'conversation', name: conversation }, { replace: true });
}

function Pane({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="empty-pane" aria-label={t('Invitation')}>
      <h2 dir="auto">{title}</h2>
      {children}
      <a class="link-button" href={hrefOf({ page: 'inbox' })}>
        {t('To the conversations')}
      </a>
    </section>
  );
}
