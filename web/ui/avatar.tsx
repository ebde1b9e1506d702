import { initialOf } from './initial.ts';

/** The picture of a user, or the first letter of the name on a colour that depends on the name. */
export function Avatar({
  name,
  picture,
  online = false,
  size,
}: {
  readonly name: string;
  readonly picture?: string | null;
  readonly online?: boolean;
  /** rem */
  readonly size?: number;
}) {
  const style = { '--hue': hueOf(name), ...(size !== undefined && { '--size': `${size}rem` }) };
  return (
    <span class="avatar" data-online={online} style={style} aria-hidden="true">
      {initialOf(name)}
      {picture && <img src={picture} alt="" />}
    </span>
  );
}

/** 0 to 359, the same for the same name. */
function hueOf(name: string): number {
  let hash = 0;
  for (const character of name.toLowerCase()) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 100_003;
  return hash % 360;
}
