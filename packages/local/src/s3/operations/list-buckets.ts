import { stat } from 'node:fs/promises';
import { findBucket } from '#s3/buckets';
import { type AccountCall, authorizeCaller, type S3 } from '#s3/call';
import { invalidArgument } from '#s3/errors';
import { owner } from '#s3/owner';
import { sendResult, xmlTime } from '#s3/responses';
import { compareBytes } from '#s3/version-index';

/** The template's buckets. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export async function listBuckets(s3: S3, { caller, query, response }: AccountCall): Promise<void> {
  const { stack } = s3.context;
  authorizeCaller(s3, caller, 's3:ListAllMyBuckets', '*');
  const prefix = query.get('prefix') ?? '';
  const region = query.get('bucket-region') ?? stack.region;
  const most = parseMost(query.get('max-buckets'));
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString();
  const names = stack
    .ofType('AWS::S3::Bucket')
    .map(({ logicalId }) => stack.ref(logicalId))
    .filter((name) => name.startsWith(prefix) && compareBytes(name, after) > 0 && region === stack.region)
    .sort(compareBytes);
  const page = names.slice(0, most);
  const more = names.length > page.length;
  /** S3 names the regions only if the request chooses buckets. */
  const isChosen = ['prefix', 'bucket-region', 'max-buckets', 'continuation-token'].some((name) => query.has(name));
  const created = await Promise.all(page.map((name) => creationTime(s3, name)));
  sendResult(response, 'ListAllMyBucketsResult', [
    ['Owner', owner(stack)],
    [
      'Buckets',
      page.map((name, index) => [
        'Bucket',
        [
          ['Name', name],
          ['CreationDate', xmlTime(created[index] ?? 0)],
          ['BucketRegion', isChosen ? stack.region : undefined],
        ],
      ]),
    ],
    ['Prefix', query.has('prefix') ? prefix : undefined],
    ['ContinuationToken', more ? Buffer.from(page.at(-1) ?? '').toString('base64url') : undefined],
  ]);
}

/** That of the bucket's folder. Not every file system knows when a file was made. */
async function creationTime(s3: S3, name: string): Promise<number> {
  const bucket = findBucket(s3.context.stack, name);
  if (!bucket) return 0;
  const { birthtimeMs, ctimeMs } = await stat((await s3.store(bucket)).directory);
  return birthtimeMs || ctimeMs;
}

function parseMost(value: string | null): number {
  const most = Number(value ?? 10_000);
  if (Number.isInteger(most) && most >= 1 && most <= 10_000) return most;
  throw invalidArgument('max-buckets', value ?? '', 'Argument max-buckets must be an integer between 1 and 10000');
}
