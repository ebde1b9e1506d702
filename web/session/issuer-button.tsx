import { useAction } from '../ui/use-action.ts';
import type { OpenId } from './openid.ts';

/** People sign in on the page of the issuer that the deployer brought. */
export function IssuerButton({ openId }: { readonly openId: OpenId }) {
  const { busy, refusal, act } = useAction();
  return (
    <div class="stack">
      {refusal !== undefined && (
        <p class="refusal" role="alert">
          The place where you sign in cannot be reached. Try again in a moment.
        </p>
      )}
      <button type="button" class="button" data-kind="main" disabled={busy} onClick={() => act(openId.begin)}>
        Sign in
      </button>
    </div>
  );
}
