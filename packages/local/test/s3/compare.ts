/**
 * Runs the cases against this S3 and against another one, and prints where either differs from what S3 documents:
 * `node --import tsx test/s3/compare.ts http://127.0.0.1:5000`, for instance with `moto_server` there.
 */
import { isDeepStrictEqual } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { cases, helper } from './cases.ts';
import { startFixture } from './fixture.ts';

const [endpoint] = process.argv.slice(2);
const here = await startFixture();
const others = new S3Client({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
});
for (const Bucket of ['uploads', 'plain']) await others.send(new CreateBucketCommand({ Bucket }));

const answer = async (run: () => Promise<unknown>): Promise<unknown> => run().catch((error: unknown) => String(error));
const counts = { here: 0, there: 0 };
for (const [index, { name, run, expected }] of cases.entries()) {
  const found = {
    here: await answer(() => run(helper(here.client(), `case-${index}/`))),
    there: await answer(() => run(helper(others, `case-${index}/`))),
  };
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
  for (const side of ['here', 'there'] as const) {
    if (isDeepStrictEqual(plain(found[side]), plain(expected))) continue;
    counts[side] += 1;
    console.log(`${name}\n  S3's documents: ${JSON.stringify(expected)}\n  ${side}: ${JSON.stringify(found[side])}`);
  }
}
console.log(`${cases.length} cases; different here: ${counts.here}, there: ${counts.there}`);
others.destroy();
await here.stop();
