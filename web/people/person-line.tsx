import type { ComponentChildren } from 'preact';
import { plainName } from './names.ts';
import { PersonAvatar } from './person-avatar.tsx';

/** Somebody in a list: picture, the name that is shown, and below it the user name or what else is to be said. */
export function PersonLine({
  username,
  name,
  note = '',
  below,
  children,
}: {
  readonly username: string;
  readonly name: string;
  /** Behind the name, such as ` (you)`. */
  readonly note?: string;
  readonly below?: ComponentChildren;
  /** What can be done, at the end. */
  readonly children?: ComponentChildren;
}) {
  return (
    <span class="person">
      <PersonAvatar username={username} name={name} size={2.25} />
      <span class="person-words">
        <span class="person-name">
          {name}
          {note}
        </span>
        <span class="person-below">{below ?? `@${plainName(username)}`}</span>
      </span>
      {children}
    </span>
  );
}
