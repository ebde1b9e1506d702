import { useState } from 'preact/hooks';
import { useAction } from '../ui/use-action.ts';

/** Has a code sent once more. @param ask gives where it went */
export function useResend(ask: () => Promise<string>) {
  const [sentTo, setSentTo] = useState<string>();
  const action = useAction();
  return { ...action, sentTo, send: () => action.act(async () => setSentTo(await ask())) };
}
