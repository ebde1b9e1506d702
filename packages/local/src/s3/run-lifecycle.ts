import { findBucket } from './buckets.ts';
import type { S3 } from './call.ts';
import { abortDays, applyLifecycle } from './lifecycle.ts';
import { listUploads, removeUpload } from './uploads.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Applies the lifecycle rules of the template's buckets once an hour, and when it is asked to. */
export function startLifecycle(s3: S3): { run(): Promise<void>; stop(): Promise<void> } {
  const { context } = s3;
  const apply = async () => {
    for (const { logicalId } of context.stack.ofType('AWS::S3::Bucket')) {
      const bucket = findBucket(context.stack, context.stack.ref(logicalId));
      if (!bucket || bucket.lifecycleRules.length === 0) continue;
      const now = context.clock.now();
      const { expired, ended } = await applyLifecycle(await s3.store(bucket), bucket.lifecycleRules, now);
      if (expired > 0) context.counters.count('s3.expired', expired);
      if (ended > 0) context.counters.count('s3.ended-versions', ended);
      const parts = await s3.parts(bucket);
      for (const { id, key, record } of await listUploads(parts)) {
        const days = abortDays(bucket.lifecycleRules, key);
        if (days !== undefined && now - record.lastModified >= days * dayMs) await removeUpload(parts, id);
      }
    }
  };
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = running.then(apply, apply);
    return running;
  };
  const timer = setInterval(() => {
    run().catch((error: unknown) => context.log(`unable to apply the lifecycle rules of buckets; ${String(error)}`));
  }, hourMs);
  timer.unref();
  return {
    run,
    async stop() {
      clearInterval(timer);
      await running.catch(() => undefined);
    },
  };
}
