import { useState } from 'preact/hooks';
import { explain } from './explain.ts';

export interface Action {
  readonly busy: boolean;
  /** Why the last attempt failed: a sentence for the user. */
  readonly error: string | undefined;
  /** Does nothing while an earlier attempt is still running. */
  run(what: () => Promise<unknown>): void;
  /** The same as the `onSubmit` of a form. */
  submit(what: () => Promise<unknown>): (event: Event) => void;
}

/** The state of something that takes a moment and may fail. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  function run(what: () => Promise<unknown>): void {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    what()
      .catch(async (reason: Error) => setError(await explain(reason)))
      .finally(() => setBusy(false));
  }

  const submit = (what: () => Promise<unknown>) => (event: Event) => {
    event.preventDefault();
    run(what);
  };
  return { busy, error, run, submit };
}
