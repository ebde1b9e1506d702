import { useEffect, useRef, useState } from 'preact/hooks';
import { inShownOrder } from './order.ts';

/** ms without a movement after which a pointer is taken to rest, and rows may move below it */
const rest = 1_500;

/** Rows in the order that they have, but while a pointer moves above them in the one that is shown. */
export function useSteadyOrder<Row extends { readonly id: string }>(rows: readonly Row[]) {
  const [held, setHeld] = useState(false);
  const shown = useRef<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ordered = held ? inShownOrder(rows, shown.current) : rows;
  shown.current = ordered.map(({ id }) => id);
  const release = () => {
    clearTimeout(timer.current);
    setHeld(false);
  };
  return {
    ordered,
    hold: {
      onPointerMove() {
        setHeld(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(release, rest);
      },
      onPointerLeave: release,
    },
  };
}
