import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import type { OpenId } from './openid.ts';

/** Leads to the sign-in page of the issuer that the deployer configured. */
export function IssuerButton({ openId }: { readonly openId: OpenId }) {
  const { busy, error, run } = useAction();
  return (
    <div class="stack">
      <ErrorMessage text={error && t('The place where you sign in cannot be reached. Try again in a moment.')} />
      <Button kind="main" disabled={busy} onClick={() => run(openId.begin)}>
        {t('Sign in')}
      </Button>
    </div>
  );
}
