import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { useAuth, useDemoUsers } from './auth-context.ts';

/** Signs in with one click: the accounts of this browser and, on a local runtime, its demo users. */
export function AccountPicker() {
  const { session, signInMethod } = useAuth();
  const demoUsers = useDemoUsers();
  const { busy, error, run } = useAction();
  const accounts = session.accounts.value.filter(({ refresh }) => refresh !== undefined);
  const others = demoUsers.filter(({ username }) => !accounts.some((account) => account.username === username));
  if (accounts.length + others.length === 0) return null;
  return (
    <section class="sign-in-accounts stack" aria-label={t('Continue as')}>
      {accounts.map(({ username, name }) => (
        <AccountButton key={username} name={name} onClick={() => session.use(username)} />
      ))}
      {signInMethod.kind === 'password' &&
        others.map(({ username, password }) => (
          <AccountButton
            key={username}
            name={username}
            disabled={busy}
            onClick={() => run(async () => session.add(await signInMethod.cognito.signIn(username, password)))}
          />
        ))}
      {others.length > 0 && (
        <p class="quiet">
          {t('Demo people of this local server. Open the page in a second tab to chat with yourself.')}
        </p>
      )}
      <ErrorMessage text={error} />
      <p class="sign-in-or">{t('or')}</p>
    </section>
  );
}

function AccountButton(props: { readonly name: string; readonly disabled?: boolean; onClick(): void }) {
  return (
    <Button disabled={props.disabled} onClick={props.onClick}>
      <Avatar name={props.name} size={1.75} />
      <span>{t('Continue as {name}', { name: props.name })}</span>
      <Icon name="next" />
    </Button>
  );
}
