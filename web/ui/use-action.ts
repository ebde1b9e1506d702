import { useState } from 'preact/hooks';

/** Something that takes a moment and may be refused: whether it is under way, and the sentence that says why it was refused. */
export function useAction(): {
  readonly busy: boolean;
  readonly refusal: string | undefined;
  /** Does nothing while something is under way. */
  act(what: () => Promise<unknown>): void;
} {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  return {
    busy,
    refusal,
    act(what) {
      if (busy) return;
      setBusy(true);
      setRefusal(undefined);
      what()
        .catch((error: Error) => setRefusal(sentenceOf(error)))
        .finally(() => setBusy(false));
    },
  };
}

/** Errors begin small, because they stand in logs too. */
export function sentenceOf({ message }: Error): string {
  const [first = '', ...rest] = message;
  return `${first.toUpperCase()}${rest.join('')}${/[.!?]$/.test(message) ? '' : '.'}`;
}
