import type { ComponentChildren } from 'preact';
import { plainName } from '../state/names.ts';
import { PersonAvatar } from './person-avatar.tsx';

/** A user in a list: avatar, display name, and a second line, which is the user name by default. */
export function PersonLine({
  username,
  name,
  suffix = '',
  secondLine,
  children,
}: {
  readonly username: string;
  readonly name: string;
  /** Shown directly after the name, such as ` (you)`. */
  readonly suffix?: string;
  readonly secondLine?: ComponentChildren;
  /** Shown at the end of the line. */
  readonly children?: ComponentChildren;
}) {
  return (
    <span class="person">
      <PersonAvatar username={username} name={name} size={2.25} />
      <span class="person-text">
        <span class="person-name" dir="auto">
          {name}
          {suffix}
        </span>
        <span class="person-second-line" dir="auto">
          {secondLine ?? `@${plainName(username)}`}
        </span>
      </span>
      {children}
    </span>
  );
}
