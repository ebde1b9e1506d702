import type { Clock } from './clock.ts';

export interface Typing {
  /** Who types now, in the order in which they began. */
  readonly users: readonly string[];
  /** Says that one types: to be called with each key. It is told every few seconds at most, and taken back when the calls end. */
  type(): void;
  /** Says that one does not type any more; sending does that as well. */
  stop(): void;
  /** What the server told of somebody. */
  hear(user: string, typing: boolean): void;
}

/** ms; others forget who types when nothing was told for a while, so it is told again before */
const every = 3_000;
const forgotten = 6_000;

export function createTyping(options: {
  readonly clock: Clock;
  tell(typing: boolean): void;
  onChange(): void;
}): Typing {
  const { clock } = options;
  const heard = new Map<string, () => void>();
  let users: readonly string[] = [];
  let told: number | undefined;
  let cancel = () => {};

  function changed(): void {
    users = [...heard.keys()];
    options.onChange();
  }

  function stop(): void {
    cancel();
    if (told === undefined) return;
    told = undefined;
    options.tell(false);
  }

  return {
    get users() {
      return users;
    },
    type() {
      cancel();
      cancel = clock.after(forgotten, stop);
      if (told !== undefined && clock.now() - told < every) return;
      told = clock.now();
      options.tell(true);
    },
    stop,
    hear(user, typing) {
      const known = heard.get(user);
      known?.();
      if (typing) {
        heard.set(
          user,
          clock.after(forgotten, () => {
            heard.delete(user);
            changed();
          }),
        );
      } else heard.delete(user);
      if (typing !== (known !== undefined)) changed();
    },
  };
}
