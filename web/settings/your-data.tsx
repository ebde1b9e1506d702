import type { Export } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { plural, t } from '../words/words.ts';
import { accountOf } from './account.ts';
import { UnsentHere } from './unsent.tsx';

const pollMs = 2_000;

/** An archive of what is the user's, and the end of their account. */
export function YourData() {
  return (
    <section>
      <h3>{t('Your data')}</h3>
      <Archive />
      <DeleteAccount />
    </section>
  );
}

function Archive() {
  const account = accountOf(useSession().messenger.chat);
  const [archive, setArchive] = useState<Export>();
  const { busy, error, run } = useAction();
  const look = () => account.archive().then(setArchive);
  useEffect(() => void look().catch(() => {}), []);
  useEffect(() => {
    if (archive?.state !== 'running') return;
    const timer = setTimeout(() => run(look), pollMs);
    return () => clearTimeout(timer);
  }, [archive]);
  return (
    <>
      <p class="quiet" role="status">
        {archive?.state === 'running' &&
          plural(
            'Your archive is being made: {n} message so far.|Your archive is being made: {n} messages so far.',
            archive.messages,
          )}
        {archive?.url && (
          <a href={archive.url}>
            {t('Download your {messages} and {files}', {
              messages: plural('{n} message|{n} messages', archive.messages),
              files: plural('{n} file|{n} files', archive.files),
            })}
          </a>
        )}
      </p>
      {archive?.state !== 'running' && (
        <Button disabled={busy} onClick={() => run(() => account.makeArchive().then(setArchive))}>
          {archive ? t('Make another archive') : t('Make an archive of your data')}
        </Button>
      )}
      <ErrorMessage text={error} />
    </>
  );
}

function DeleteAccount() {
  const { session, messenger } = useSession();

  async function deleteAccount(): Promise<void> {
    await accountOf(messenger.chat).delete();
    // With the name: the session of this tab may have ended already.
    await session.signOut(messenger.me);
  }

  return (
    <ConfirmButton
      label={t('Delete your account')}
      look="button"
      kind="danger"
      title={t('Delete your account for ever?')}
      action={t('Delete')}
      onConfirm={deleteAccount}
    >
      <p>
        {t(
          'You leave all your conversations, your profile and friends are deleted, and nobody can use your user name again. There is no way back. Make an archive first if you want to keep your messages.',
        )}
      </p>
      <UnsentHere />
    </ConfirmButton>
  );
}
