import { useState } from 'preact/hooks';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** Sends a code again. @param request resolves with the address that the code was sent to */
export function useResend(request: () => Promise<string>) {
  const [sentTo, setSentTo] = useState<string>();
  const action = useAction();
  const send = () => action.run(async () => setSentTo(await request()));
  return { ...action, sentTo, link: { label: t('Send the code again'), disabled: action.busy, onClick: send } };
}
