import { useEffect, useState } from 'preact/hooks';
import type { DemoPerson } from './demo.ts';
import { useDoor } from './use-door.ts';

/** Nobody until it is known. */
export function useDemo(): readonly DemoPerson[] {
  const { demo } = useDoor();
  const [people, setPeople] = useState<readonly DemoPerson[]>([]);
  useEffect(() => {
    demo().then(setPeople);
  }, [demo]);
  return people;
}
