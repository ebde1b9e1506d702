import { useEffect, useRef, useState } from 'preact/hooks';

/** A pointer that has not moved for this long counts as resting, and rows may move under it. */
const restMs = 1_500;

/** Keeps rows in the order in which they are shown while a pointer moves over them, so that a click does not hit another row. */
export function useSteadyOrder<Row extends { readonly id: string }>(rows: readonly Row[]) {
  const [isHeld, setHeld] = useState(false);
  const shown = useRef<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ordered = isHeld ? inShownOrder(rows, shown.current) : rows;
  shown.current = ordered.map(({ id }) => id);
  const release = () => {
    clearTimeout(timer.current);
    setHeld(false);
  };
  return {
    ordered,
    handlers: {
      onPointerMove() {
        setHeld(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(release, restMs);
      },
      onPointerLeave: release,
    },
  };
}

/** Sorts rows as they are shown; new rows come last. @param shown ids in the order on the screen */
export function inShownOrder<Row extends { readonly id: string }>(
  rows: readonly Row[],
  shown: readonly string[],
): Row[] {
  const indexes = new Map(shown.map((id, index) => [id, index]));
  const indexOf = ({ id }: Row) => indexes.get(id) ?? shown.length;
  return rows.toSorted((a, b) => indexOf(a) - indexOf(b));
}
