import type { ConversationView, InviteLink } from '@parley/client';
import { createInviteLinks } from '@parley/client/invite-links';
import { useEffect, useState } from 'preact/hooks';
import { hrefOf } from '../route.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { exactTime } from '../ui/times.ts';
import { useAction } from '../ui/use-action.ts';
import { number, plural, t } from '../words/words.ts';

const hour = 3_600;
const day = 24 * hour;
const times = [hour, day, 7 * day, 30 * day];
const numbers = [1, 10, 100, 1_000];

/** The invite links of a group: to make, copy and revoke. */
export function InviteLinkDialog({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat } = useMessenger();
  const { busy, error, run, submit } = useAction();
  const [links, setLinks] = useState<readonly InviteLink[]>();
  const [seconds, setSeconds] = useState(7 * day);
  const [most, setMost] = useState(100);
  const inviteLinks = createInviteLinks(chat);
  useEffect(() => run(() => inviteLinks.list(view.id).then(setLinks)), []);

  async function make(): Promise<void> {
    const link = await inviteLinks.make(view.id, { expires_in: seconds, max_uses: most });
    setLinks((others = []) => [link, ...others]);
  }

  async function revoke(link: InviteLink): Promise<void> {
    await inviteLinks.revoke(link);
    setLinks((others = []) => others.filter(({ code }) => code !== link.code));
  }

  return (
    <Dialog title={t('Invite by link')} onClose={onClose}>
      <form class="stack" onSubmit={submit(make)}>
        <p class="quiet">
          {t('Whoever has a link can join the group, until its time is over or enough people have come.')}
        </p>
        <label class="label">
          {t('The link works for')}
          <select class="field" value={seconds} onChange={(event) => setSeconds(Number(event.currentTarget.value))}>
            {times.map((value) => (
              <option key={value} value={value}>
                {value < day ? plural('{n} hour|{n} hours', value / hour) : plural('{n} day|{n} days', value / day)}
              </option>
            ))}
          </select>
        </label>
        <label class="label">
          {t('For how many people')}
          <select class="field" value={most} onChange={(event) => setMost(Number(event.currentTarget.value))}>
            {numbers.map((value) => (
              <option key={value} value={value}>
                {number(value)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="button" data-kind="main" disabled={busy}>
          {t('Make a link')}
        </button>
        <ErrorMessage text={error} />
        <ul class="stack" aria-label={t('Links that work')}>
          {links?.map((link) => (
            <LinkRow key={link.code} link={link} disabled={busy} onRevoke={() => run(() => revoke(link))} />
          ))}
        </ul>
      </form>
    </Dialog>
  );
}

function LinkRow(props: { readonly link: InviteLink; readonly disabled: boolean; onRevoke(): void }) {
  const { link, disabled, onRevoke } = props;
  const address = `${location.origin}${location.pathname}${hrefOf({ page: 'join', code: link.code })}`;
  return (
    <li class="stack">
      <input
        class="field"
        dir="auto"
        readOnly
        aria-label={t('Link')}
        value={address}
        onFocus={(event) => event.currentTarget.select()}
      />
      <span class="quiet">
        {plural(
          'Until {time}, {come} of {n} person has come.|Until {time}, {come} of {n} people have come.',
          link.max_uses,
          {
            time: exactTime(link.expires_at),
            come: link.uses,
          },
        )}
      </span>
      <span class="request-buttons">
        <Button kind="main" onClick={() => copyText(address)}>
          {t('Copy link')}
        </Button>
        <Button disabled={disabled} onClick={onRevoke}>
          {t('Revoke')}
        </Button>
      </span>
    </li>
  );
}
