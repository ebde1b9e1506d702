/** A synthetic person: every few minutes it does what people do, and counts whether it could. The metric alone tells; a failed run throws nothing. */

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { createHandler } from '../runtime/create-handler.ts';
import { openLog } from '../runtime/log.ts';
import { openAccount } from './account.ts';
import { type Step, talk } from './talk.ts';

const { USER_POOL_ID, CLIENT_ID, WEB_URL } = z.parse(
  z.object({ USER_POOL_ID: z.string(), CLIENT_ID: z.string(), WEB_URL: z.url() }),
  process.env,
);
/** ms; before the function itself times out */
const patienceMs = 45_000;

/** A name that nobody has by chance, and that stays when the function is replaced. */
const username = `canary-${createHash('sha256').update(USER_POOL_ID).digest('hex').slice(0, 8)}`;
const account = openAccount({ id: USER_POOL_ID, clientId: CLIENT_ID }, username);

export const handler = createHandler({
  services: { log: openLog() },
  // The schedule's event says nothing that matters.
  event: z.looseObject({}),
  logKeys: () => ({ user: username }),
  async run(_, { log }) {
    const began = performance.now();
    let step: Step = 'sign in';
    try {
      await talk(account, {
        url: WEB_URL,
        signal: AbortSignal.timeout(patienceMs),
        begin(next) {
          step = next;
        },
      });
      log.count('CanarySuccess');
      log.count('CanaryTime', Math.round(performance.now() - began));
    } catch (error) {
      log.count('CanarySuccess', 0);
      // Not as an error, which would count as a fault beside this.
      log.warn('the canary failed', { step, error: error as Error });
    }
  },
});
