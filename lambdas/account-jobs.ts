/**
 * Goes on with the deletion of an account, or with an archive of what is somebody's. Each message of the queue is one run: it goes on from the
 * place that is stored, and asks for another run when its time is over. A run that dies comes again, and goes on from the same place.
 */
import * as z from 'zod/mini';
import { AccountJobMessage } from './chat/account-jobs.ts';
import { continueDeletion } from './chat/delete-account.ts';
import { continueExport } from './chat/export-account.ts';
import { createAccountRemoval, createSignOut } from './identity/sign-out.ts';
import { type BatchAnswer, runBatch } from './runtime/batch.ts';
import { createHandler } from './runtime/create-handler.ts';
import { openQueue } from './runtime/queue.ts';
import { openServices } from './runtime/services.ts';
import { Overtaken, takeAccountJob } from './store/account-job.ts';

const { ACCOUNT_QUEUE_URL, USER_POOL_ID, RUN_SECONDS } = z.parse(
  z.object({ ACCOUNT_QUEUE_URL: z.string(), USER_POOL_ID: z.optional(z.string()), RUN_SECONDS: z.coerce.number() }),
  process.env,
);
const queue = openQueue(ACCOUNT_QUEUE_URL);
const pool = { endSessions: createSignOut(USER_POOL_ID), remove: createAccountRemoval(USER_POOL_ID) };

const QueueEvent = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

export const handler = createHandler({
  services: openServices(process.env),
  event: QueueEvent,
  run: ({ Records }, services): Promise<BatchAnswer> =>
    runBatch(Records, services.log, {
      id: ({ messageId }) => messageId,
      async run({ messageId, body }, log) {
        const { kind, username } = z.parse(AccountJobMessage, JSON.parse(body));
        log.addKeys({ user: username, job: kind });
        const now = services.now();
        const job = await takeAccountJob(services, username, kind, `${messageId} ${services.newId(now)}`);
        if (!job) return;
        const isOver = () => services.now() > now + RUN_SECONDS * 1_000;
        try {
          const done = await (kind === 'deletion'
            ? continueDeletion({ services: { ...services, log }, pool, job, isOver })
            : continueExport({ services: { ...services, log }, job, isOver }));
          if (!done) await queue.send({ kind, username } satisfies AccountJobMessage);
        } catch (error) {
          if (!(error instanceof Overtaken)) throw error;
        }
      },
    }),
});
