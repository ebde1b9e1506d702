import { useEffect, useRef, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { Avatar } from '../ui/avatar.tsx';

/** Somebody with their picture, which is asked for when it comes into sight, and a dot while they are here. */
export function PersonAvatar({
  username,
  name,
  size,
  presence = true,
}: {
  readonly username: string;
  readonly name: string;
  /** rem */
  readonly size?: number;
  /** Is it shown whether they are here? */
  readonly presence?: boolean;
}) {
  const { profiles, presence: presenceOf } = useMessenger();
  const element = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watch = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) {
        setSeen(true);
        watch.disconnect();
      }
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  const picture = seen ? profiles.of(username)?.avatar : undefined;
  const online = presence && presenceOf(username)?.online === true;
  return (
    <span class="person-avatar" ref={element}>
      <Avatar name={name} picture={picture} online={online} size={size} />
    </span>
  );
}
