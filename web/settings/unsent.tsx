import { indexedDbOutbox } from '@parley/client/indexeddb';
import { useEffect, useState } from 'preact/hooks';
import { heldElsewhere, heldHere } from '../state/held.ts';
import type { Messenger } from '../state/messenger.ts';
import { useMessenger } from '../state/session-context.ts';
import { unsentTexts } from '../state/unsent-texts.ts';
import { plural, t } from '../words/words.ts';

/** What would be lost if the user signed out in this browser, in any of its tabs: lines of a list. */
export async function unsentInBrowser({ chat, me, failedSends, waiting }: Messenger): Promise<readonly string[]> {
  const [stored, others] = await Promise.all([
    indexedDbOutbox(me)
      .load()
      .catch(() => []),
    heldElsewhere(me),
  ]);
  const held = [heldHere(chat, me), ...others];
  const sum = (count: (of: (typeof held)[number]) => number) => held.reduce((all, of) => all + count(of), 0);
  return linesOf({
    // Where the browser keeps nothing, they wait in this page.
    waiting: Math.max(stored.length, waiting()) + sum(({ forwarded }) => forwarded),
    refused: failedSends.all.length,
    texts: new Set([...unsentTexts(me), ...others.flatMap(({ texts }) => texts)]).size,
    files: sum(({ files }) => files),
  });
}

/** What is lost if this tab takes another account: what this page alone has. Texts wait in this browser. */
export function unsentInTab({ chat, me }: Messenger): readonly string[] {
  const { forwarded, files } = heldHere(chat, me);
  return linesOf({ waiting: forwarded, files });
}

function linesOf({ waiting = 0, refused = 0, texts = 0, files = 0 }): readonly string[] {
  return [
    waiting > 0 && plural('A message that waits.|{n} messages that wait.', waiting),
    refused > 0 && plural('A message that the server refused.|{n} messages that the server refused.', refused),
    texts > 0 && plural('A draft.|{n} drafts.', texts),
    files > 0 && plural('A file.|{n} files.', files),
  ].filter((line) => line !== false);
}

export function UnsentList({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <p>{t('What you have not sent will be lost:')}</p>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

/** For what ends the session on all devices: what is lost in this browser. */
export function UnsentHere() {
  const messenger = useMessenger();
  const [lines, setLines] = useState<readonly string[]>([]);
  useEffect(() => void unsentInBrowser(messenger).then(setLines), []);
  return <UnsentList lines={lines} />;
}
