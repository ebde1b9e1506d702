import { useEffect } from 'preact/hooks';
import { blocksOf } from '../people/blocks.ts';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

export function BlockedPeople() {
  const blocks = blocksOf(useMessenger().chat);
  const { busy, error, run } = useAction();
  useEffect(() => run(blocks.load), [blocks]);
  const { people } = blocks;
  return (
    <section>
      <h3>{t('Blocked people')}</h3>
      {people?.length === 0 && <p class="quiet">{t('You have blocked nobody.')}</p>}
      {people && people.length > 0 && (
        <ul class="blocked">
          {people.map(({ username, name }) => (
            <li key={username}>
              <PersonAvatar username={username} name={name} size={2} presence={false} />
              <span dir="auto">{name}</span>
              <Button
                aria-label={t('Unblock {name}', { name })}
                disabled={busy}
                onClick={() => run(() => blocks.unblock(username))}
              >
                {t('Unblock')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ErrorMessage text={error} />
    </section>
  );
}
