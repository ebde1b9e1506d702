import { useEffect, useRef, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';

/** An avatar that loads the user's picture when it becomes visible, and has a dot while the user is online. */
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
  /** Show the dot? */
  readonly presence?: boolean;
}) {
  const { profiles, presence: presenceOf } = useMessenger();
  const element = useRef<HTMLSpanElement>(null);
  const [isVisible, setVisible] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) {
        setVisible(true);
        observer.disconnect();
      }
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  const picture = isVisible ? profiles.of(username)?.avatar : undefined;
  const online = presence && presenceOf(username)?.online === true;
  return (
    <span class="person-avatar" ref={element}>
      <Avatar name={name} picture={picture} online={online} size={size} />
    </span>
  );
}
