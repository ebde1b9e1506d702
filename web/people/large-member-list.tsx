import type { ConversationView, Member, Role } from '@parley/client';
import { createRooms } from '@parley/client/rooms';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { memberCount } from './member-count.ts';
import { MemberRow } from './member-row.tsx';

/** The members of a large conversation by user name, a page at a time. Their number is that of the last count. */
export function LargeMemberList({ view, role }: { readonly view: ConversationView; readonly role: Role }) {
  const { chat, me } = useMessenger();
  const { busy, error, run } = useAction();
  const [members, setMembers] = useState<readonly Member[]>([]);
  const [hasMore, setHasMore] = useState(true);
  const [attempt, setAttempt] = useState(0);
  // Pages that have failed end.
  const pages = useMemo(() => createRooms(chat).members(view.id), [chat, view.id, attempt]);
  const loadMore = () =>
    run(async () => {
      const { value } = await pages.next();
      if (value) setMembers((before) => [...before, ...value.results]);
      setHasMore(typeof value?.next === 'string');
    });
  useEffect(() => {
    setMembers([]);
    loadMore();
  }, [pages]);
  return (
    <section class="members" aria-labelledby="members">
      <h3 id="members" class="list-head">
        {memberCount(view)}
      </h3>
      <ul>
        {members.map((member) => (
          <MemberRow key={member.username} view={view} member={member} role={role} isMe={member.username === me} />
        ))}
      </ul>
      <ErrorMessage text={error} />
      {hasMore && (members.length > 0 || error !== undefined) && (
        <Button
          look="list-button"
          disabled={busy}
          onClick={() => (error === undefined ? loadMore() : setAttempt(attempt + 1))}
        >
          {error === undefined ? t('Show more') : t('Try again')}
        </Button>
      )}
    </section>
  );
}
