import { expect, it } from 'vitest';
import { withPresentNames } from '#web/state/failed-sends';

it('a failed send that an earlier version of the page stored is shown like the others', () => {
  const action = { type: 'create', message: 'Hello' } as const;
  const sending = { client_id: 'a', conversation: 'alice_bob', place: 3, what: action, at: 5 };
  const failed = {
    item: { client_id: 'a', conversation: 'alice_bob', action, order: 3, createdAt: 5 },
    why: 'it is empty',
  };
  expect(withPresentNames({ sending, why: 'it is empty' })).toEqual(failed);
  expect(withPresentNames(failed)).toEqual(failed);
});
