import { useState } from 'preact/hooks';
import type { Session } from './session.ts';

export function SignIn({ session }: { readonly session: Session }) {
  const [refusal, setRefusal] = useState<string>();
  return (
    <main class="sign-in">
      <h1>Parley</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          session
            .signIn(String(data.get('username')), String(data.get('password')))
            .catch((error: Error) => setRefusal(error.message));
        }}
      >
        <label>
          User name <input name="username" autocomplete="username" required />
        </label>
        <label>
          Password <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {refusal && <p role="alert">{refusal}</p>}
        <button type="submit">Sign in</button>
      </form>
    </main>
  );
}
