import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListPartsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';

/**
 * What S3 answers, by its documentation. Each case uses keys of its own below `key`, in the bucket `uploads`.
 * `conformance.test.ts` runs them here, and `compare.ts` against another S3 too.
 */
export interface Case {
  readonly name: string;
  run(s3: Helper): Promise<unknown>;
  readonly expected: unknown;
}

const Bucket = 'uploads';
const big = Buffer.alloc(5 * 1024 ** 2, 'a');
export const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');
const tag = (text: string | Buffer): string => `"${md5(text)}"`;

export type Helper = ReturnType<typeof helper>;

/** Short forms of the SDK's commands. */
export function helper(client: S3Client, prefix: string) {
  const at = (Key: string) => ({ Bucket, Key: `${prefix}${Key}` });
  /** What a refused request says. */
  const refused = async (request: Promise<unknown>): Promise<unknown> => {
    try {
      await request;
      return 'accepted';
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      return `${error.$metadata.httpStatusCode} ${error.name}`;
    }
  };
  const head = (Key: string) => client.send(new HeadObjectCommand(at(Key)));
  const get = (Key: string, options: Partial<GetObjectCommandInput> = {}) =>
    client.send(new GetObjectCommand({ ...at(Key), ...options }));
  const begin = async (Key: string, options: Partial<CreateMultipartUploadCommandInput> = {}) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(Key), ...options }));
    return {
      UploadId,
      part: (PartNumber: number, Body: string | Buffer, more = {}) =>
        client.send(new UploadPartCommand({ ...at(Key), UploadId, PartNumber, Body, ...more })),
      copy: (PartNumber: number, from: string, CopySourceRange?: string) =>
        client.send(
          new UploadPartCopyCommand({
            ...at(Key),
            UploadId,
            PartNumber,
            CopySource: `${Bucket}/${prefix}${from}`,
            CopySourceRange,
          }),
        ),
      list: (options = {}) => client.send(new ListPartsCommand({ ...at(Key), UploadId, ...options })),
      complete: (Parts: CompletedPart[], more = {}) =>
        client.send(new CompleteMultipartUploadCommand({ ...at(Key), UploadId, MultipartUpload: { Parts }, ...more })),
      abort: () => client.send(new AbortMultipartUploadCommand({ ...at(Key), UploadId })),
    };
  };
  return {
    client,
    prefix,
    at,
    refused,
    head,
    get,
    begin,
    text: async (Key: string, options = {}) => (await get(Key, options)).Body?.transformToString(),
    put: (Key: string, options: Partial<PutObjectCommandInput> = {}) =>
      client.send(new PutObjectCommand({ ...at(Key), Body: Key, ...options })),
    async fill(...keys: string[]) {
      for (const Key of keys) await client.send(new PutObjectCommand({ ...at(Key), Body: Key }));
    },
    copy: (Key: string, from: string, options: Partial<CopyObjectCommandInput> = {}) =>
      client.send(new CopyObjectCommand({ ...at(Key), CopySource: `${Bucket}/${prefix}${from}`, ...options })),
    remove: (Key: string, options = {}) => client.send(new DeleteObjectCommand({ ...at(Key), ...options })),
    removeAll: (keys: readonly string[], options: { Quiet?: boolean; ETag?: string } = {}) => {
      const { Quiet, ETag } = options;
      const Objects = keys.map((key) => ({ Key: `${prefix}${key}`, ETag }));
      return client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));
    },
    v1: (options: Partial<ListObjectsCommandInput> = {}) =>
      client.send(new ListObjectsCommand({ Bucket, Prefix: prefix, ...options })),
    v2: (options: Partial<ListObjectsV2CommandInput> = {}) =>
      client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ...options })),
    uploads: (options = {}) => client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...options })),
    attributes: (Key: string, ...ObjectAttributes: ('ETag' | 'ObjectSize' | 'StorageClass' | 'ObjectParts')[]) =>
      client.send(new GetObjectAttributesCommand({ ...at(Key), ObjectAttributes })),
    /** Without the case's prefix. */
    short: (key: string | undefined): string | undefined => key?.replace(prefix, ''),
    keys: (found: { Contents?: { Key?: string }[] }) => found.Contents?.map(({ Key }) => Key?.replace(prefix, '')),
    prefixes: (found: { CommonPrefixes?: { Prefix?: string }[] }) =>
      found.CommonPrefixes?.map(({ Prefix }) => Prefix?.replace(prefix, '')),
  };
}

/** The status and the headers of an answer, which the SDK's own shapes leave out. */
const status = (answer: { $metadata: { httpStatusCode?: number | undefined } }) => answer.$metadata.httpStatusCode;
const wholeSeconds = (date: Date | undefined) => date !== undefined && date.getTime() % 1000 === 0;
const past = new Date('2020-01-01T00:00:00Z');
const future = new Date('2099-01-01T00:00:00Z');

const listing: Case[] = [
  {
    name: 'ListObjects: version 1 names owner, marker and storage class, and no count',
    async run({ v1, fill, short, keys }) {
      await fill('b', 'a');
      const answer = await v1();
      return {
        keys: keys(answer),
        marker: answer.Marker,
        next: short(answer.NextMarker),
        truncated: answer.IsTruncated,
        most: answer.MaxKeys,
        owner: answer.Contents?.every(({ Owner }) => Owner?.ID !== undefined),
        classes: answer.Contents?.map(({ StorageClass }) => StorageClass),
      };
    },
    expected: {
      keys: ['a', 'b'],
      marker: '',
      next: undefined,
      truncated: false,
      most: 1000,
      owner: true,
      classes: ['STANDARD', 'STANDARD'],
    },
  },
  {
    name: 'ListObjects: a page without delimiter has no next marker; the next begins after its last key',
    async run({ v1, fill, keys, prefix }) {
      await fill('a', 'b', 'c');
      const first = await v1({ MaxKeys: 2 });
      const second = await v1({ MaxKeys: 2, Marker: `${prefix}b` });
      return [keys(first), first.IsTruncated, first.NextMarker, keys(second), second.IsTruncated];
    },
    expected: [['a', 'b'], true, undefined, ['c'], false],
  },
  {
    name: 'ListObjects: a page with delimiter has a next marker, which may be a common prefix',
    async run({ v1, fill, keys, prefixes, short }) {
      await fill('a', 'b/1', 'b/2', 'c');
      const first = await v1({ MaxKeys: 2, Delimiter: '/' });
      const second = await v1({ MaxKeys: 2, Delimiter: '/', Marker: first.NextMarker });
      return [keys(first), prefixes(first), short(first.NextMarker), keys(second), prefixes(second)];
    },
    expected: [['a'], ['b/'], 'b/', ['c'], undefined],
  },
  {
    name: 'ListObjectsV2: names no owner, unless it is asked for',
    async run({ v2, fill }) {
      await fill('a');
      const owners = async (FetchOwner?: boolean) =>
        (await v2({ FetchOwner })).Contents?.map(({ Owner }) => Owner?.ID !== undefined);
      return [await owners(), await owners(true)];
    },
    expected: [[false], [true]],
  },
  {
    name: 'ListObjectsV2: counts keys and common prefixes together',
    async run({ v2, fill, keys, prefixes }) {
      await fill('a', 'b/1', 'b/2', 'c/1');
      const answer = await v2({ Delimiter: '/' });
      return [answer.KeyCount, keys(answer), prefixes(answer), answer.Delimiter];
    },
    expected: [3, ['a'], ['b/', 'c/'], '/'],
  },
  {
    name: 'ListObjectsV2: a delimiter may have several characters',
    async run({ v2, fill, keys, prefixes }) {
      await fill('a--1', 'a--2', 'a-3');
      const answer = await v2({ Delimiter: '--' });
      return [keys(answer), prefixes(answer)];
    },
    expected: [['a-3'], ['a--']],
  },
  {
    name: 'ListObjectsV2: zero keys are a whole page',
    async run({ v2, fill }) {
      await fill('a');
      const { KeyCount, IsTruncated, MaxKeys, NextContinuationToken } = await v2({ MaxKeys: 0 });
      return { KeyCount, IsTruncated, MaxKeys, NextContinuationToken };
    },
    expected: { KeyCount: 0, IsTruncated: false, MaxKeys: 0, NextContinuationToken: undefined },
  },
  {
    name: 'ListObjectsV2: a page has at most 1,000 keys, whatever is asked for',
    run: async ({ v2 }) => (await v2({ MaxKeys: 5000 })).MaxKeys,
    expected: 1000,
  },
  {
    name: 'ListObjectsV2: a negative number of keys is refused',
    run: ({ v2, refused }) => refused(v2({ MaxKeys: -1 })),
    expected: '400 InvalidArgument',
  },
  {
    name: 'ListObjectsV2: the keys after one that need not exist',
    async run({ v2, fill, keys, short, prefix }) {
      await fill('a', 'b', 'c');
      const answer = await v2({ StartAfter: `${prefix}aa` });
      return [keys(answer), short(answer.StartAfter)];
    },
    expected: [['b', 'c'], 'aa'],
  },
  {
    name: 'ListObjectsV2: a token comes before start-after',
    async run({ v2, fill, keys, prefix }) {
      await fill('a', 'b', 'c');
      const { NextContinuationToken: ContinuationToken } = await v2({ MaxKeys: 1 });
      return keys(await v2({ ContinuationToken, StartAfter: `${prefix}b` }));
    },
    expected: ['b', 'c'],
  },
  {
    name: 'ListObjectsV2: an empty token is refused',
    run: ({ v2, refused }) => refused(v2({ ContinuationToken: '' })),
    expected: '400 InvalidArgument',
  },
  {
    name: 'ListObjectsV2: with encoding-type url, keys are written as in a form, but with their slashes',
    async run({ v2, fill, keys, prefix }) {
      await fill('a b/(1)+~*é');
      const answer = await v2({ EncodingType: 'url' });
      return [keys(answer), answer.EncodingType, answer.Prefix === prefix];
    },
    expected: [['a+b/%281%29%2B%7E*%C3%A9'], 'url', true],
  },
  {
    name: 'ListObjectsV2: another encoding type is refused',
    // @ts-expect-error -- there is only one
    run: ({ v2, refused }) => refused(v2({ EncodingType: 'base64' })),
    expected: '400 InvalidArgument',
  },
  {
    name: 'ListObjectsV2: times are whole seconds, in the listing and in the header',
    async run({ v2, fill, get }) {
      await fill('a');
      const [listed] = (await v2()).Contents ?? [];
      const { LastModified } = await get('a');
      return [wholeSeconds(listed?.LastModified), listed?.LastModified?.getTime() === LastModified?.getTime()];
    },
    expected: [true, true],
  },
  {
    name: 'ListObjectsV2: an object with a checksum names its algorithm',
    async run({ v2, put }) {
      await put('a', { ChecksumAlgorithm: 'SHA256' });
      return (await v2()).Contents?.map(({ ChecksumAlgorithm, ChecksumType }) => [ChecksumAlgorithm, ChecksumType]);
    },
    expected: [[['SHA256'], 'FULL_OBJECT']],
  },
  {
    name: 'ListObjectsV2: a bucket that does not exist',
    run: ({ v2, refused }) => refused(v2({ Bucket: 'no-such-bucket' })),
    expected: '404 NoSuchBucket',
  },
];

const buckets: Case[] = [
  {
    name: 'ListBuckets: all, by name, with the time of their creation in whole seconds',
    async run({ client }) {
      const { Buckets, Owner } = await client.send(new ListBucketsCommand({}));
      return [
        Buckets?.map(({ Name }) => Name),
        Buckets?.every(({ CreationDate }) => wholeSeconds(CreationDate)),
        Buckets?.map(({ BucketRegion }) => BucketRegion),
        Owner?.ID !== undefined,
      ];
    },
    expected: [['plain', 'uploads'], true, [undefined, undefined], true],
  },
  {
    name: 'ListBuckets: in pages, or by prefix; then it names the region',
    async run({ client }) {
      const first = await client.send(new ListBucketsCommand({ MaxBuckets: 1 }));
      const second = await client.send(new ListBucketsCommand({ ContinuationToken: first.ContinuationToken }));
      const chosen = await client.send(new ListBucketsCommand({ Prefix: 'up' }));
      const names = [first, second, chosen].map(({ Buckets }) =>
        Buckets?.map(({ Name, BucketRegion }) => `${Name} ${BucketRegion}`),
      );
      return [names, second.ContinuationToken, chosen.Prefix];
    },
    expected: [[['plain us-east-1'], ['uploads us-east-1'], ['uploads us-east-1']], undefined, 'up'],
  },
  {
    name: 'HeadBucket: names the region',
    async run({ client }) {
      const answer = await client.send(new HeadBucketCommand({ Bucket }));
      return [status(answer), answer.BucketRegion];
    },
    expected: [200, 'us-east-1'],
  },
  {
    name: 'HeadBucket: a bucket that does not exist has no error document',
    run: ({ client, refused }) => refused(client.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }))),
    expected: '404 NotFound',
  },
  {
    name: 'GetBucketLocation: us-east-1 has no name',
    run: async ({ client }) => (await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint,
    expected: undefined,
  },
];

const deleting: Case[] = [
  {
    name: 'DeleteObject: twice, with the same answer',
    async run({ fill, remove }) {
      await fill('a');
      return [status(await remove('a')), status(await remove('a'))];
    },
    expected: [204, 204],
  },
  {
    name: 'DeleteObject: on the condition of its tag, or of its existence',
    async run({ fill, remove, refused }) {
      await fill('a', 'b');
      return [
        await refused(remove('a', { IfMatch: tag('other') })),
        status(await remove('a', { IfMatch: tag('a') })),
        status(await remove('b', { IfMatch: '*' })),
        await refused(remove('b', { IfMatch: '*' })),
        await refused(remove('b', { IfMatch: tag('b') })),
      ];
    },
    expected: ['412 PreconditionFailed', 204, 204, '412 PreconditionFailed', '404 NoSuchKey'],
  },
  {
    name: 'DeleteObjects: keys that do not exist count as deleted',
    async run({ fill, removeAll, short, keys, v2 }) {
      await fill('a', 'b & <c>', 'd');
      const { Deleted, Errors } = await removeAll(['a', 'b & <c>', 'never']);
      return [Deleted?.map(({ Key }) => short(Key)), Errors, keys(await v2())];
    },
    expected: [['a', 'b & <c>', 'never'], undefined, ['d']],
  },
  {
    name: 'DeleteObjects: a quiet one tells errors alone',
    async run({ fill, removeAll, v2 }) {
      await fill('a', 'b');
      const { Deleted, Errors } = await removeAll(['a', 'b'], { Quiet: true });
      return [Deleted, Errors, (await v2()).KeyCount];
    },
    expected: [undefined, undefined, 0],
  },
  {
    name: 'DeleteObjects: an object that has changed is kept, and the others go',
    async run({ fill, removeAll, short, v2 }) {
      await fill('a', 'b');
      const { Deleted, Errors } = await removeAll(['a', 'b'], { ETag: tag('a') });
      const errors = Errors?.map(({ Key, Code }) => [short(Key), Code]);
      return [Deleted?.map(({ Key }) => short(Key)), errors, (await v2()).KeyCount];
    },
    expected: [['a'], [['b', 'PreconditionFailed']], 1],
  },
  {
    name: 'DeleteObjects: none, or more than 1,000, are refused',
    run: async ({ removeAll, refused }) => [
      await refused(removeAll([])),
      await refused(removeAll(Array.from({ length: 1001 }, (_, index) => `${index}`))),
    ],
    expected: ['400 MalformedXML', '400 MalformedXML'],
  },
];

const multipart: Case[] = [
  {
    name: 'CompleteMultipartUpload: the tag is that of the tags of the parts, and their number',
    async run({ begin, head, get }) {
      const { part, complete } = await begin('a', { ContentType: 'text/plain', Metadata: { by: 'alice' } });
      const parts = [await part(1, big), await part(2, 'b')];
      const { ETag } = await complete(parts.map(({ ETag }, index) => ({ PartNumber: index + 1, ETag })));
      const { ContentLength, ContentType, Metadata } = await head('a');
      const { ContentRange, PartsCount, Body } = await get('a', { PartNumber: 2 });
      const second = await Body?.transformToString();
      return { ETag, ContentLength, ContentType, Metadata, ContentRange, PartsCount, second };
    },
    expected: {
      ETag: `"${md5(Buffer.from(md5(big) + md5('b'), 'hex'))}-2"`,
      ContentLength: big.length + 1,
      ContentType: 'text/plain',
      Metadata: { by: 'alice' },
      ContentRange: `bytes ${big.length}-${big.length}/${big.length + 1}`,
      PartsCount: 2,
      second: 'b',
    },
  },
  {
    name: 'CompleteMultipartUpload: parts that are missing, out of order, small, or none at all',
    async run({ begin, refused }) {
      const { part, complete } = await begin('a');
      const [one, two] = [(await part(1, 'a')).ETag, (await part(2, 'b')).ETag];
      const list = (...tags: (readonly [number, string | undefined])[]) =>
        refused(complete(tags.map(([PartNumber, ETag]) => ({ PartNumber, ETag }))));
      return [
        await list([1, one], [3, two]),
        await list([1, two]),
        await list([2, two], [1, one]),
        await list([1, one], [2, two]),
        await list(),
        await list([2, two]),
      ];
    },
    expected: [
      '400 InvalidPart',
      '400 InvalidPart',
      '400 InvalidPartOrder',
      '400 EntityTooSmall',
      '400 MalformedXML',
      'accepted',
    ],
  },
  {
    name: 'CompleteMultipartUpload: on a condition, and with the object’s size',
    async run({ begin, fill, refused }) {
      await fill('a');
      const { part, complete } = await begin('a');
      const parts = [{ PartNumber: 1, ETag: (await part(1, 'new')).ETag }];
      return [
        await refused(complete(parts, { IfNoneMatch: '*' })),
        await refused(complete(parts, { IfMatch: tag('other') })),
        await refused(complete(parts, { MpuObjectSize: 4 })),
        await refused(complete(parts, { IfMatch: tag('a'), MpuObjectSize: 3 })),
      ];
    },
    expected: ['412 PreconditionFailed', '412 PreconditionFailed', '400 InvalidRequest', 'accepted'],
  },
  {
    name: 'CompleteMultipartUpload: a composite checksum is that of the parts’ checksums, and each part names its own',
    async run({ begin, refused, client, at }) {
      const { part, complete } = await begin('a', { ChecksumAlgorithm: 'SHA256' });
      const { ETag, ChecksumSHA256 } = await part(1, 'a', { ChecksumAlgorithm: 'SHA256' });
      const without = await refused(complete([{ PartNumber: 1, ETag }]));
      const completed = await complete([{ PartNumber: 1, ETag, ChecksumSHA256 }]);
      const head = await client.send(new HeadObjectCommand({ ...at('a'), ChecksumMode: 'ENABLED' }));
      return [without, completed.ChecksumSHA256, completed.ChecksumType, head.ChecksumSHA256, head.ChecksumType];
    },
    expected: [
      '400 InvalidRequest',
      `${createHash('sha256').update(createHash('sha256').update('a').digest()).digest('base64')}-1`,
      'COMPOSITE',
      `${createHash('sha256').update(createHash('sha256').update('a').digest()).digest('base64')}-1`,
      'COMPOSITE',
    ],
  },
  {
    name: 'CompleteMultipartUpload: a full checksum is that of the whole object',
    async run({ begin }) {
      const { part, complete } = await begin('a', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
      const parts = [];
      for (const [index, body] of ['123456789'].entries()) {
        const { ETag, ChecksumCRC32 } = await part(index + 1, body, { ChecksumAlgorithm: 'CRC32' });
        parts.push({ PartNumber: index + 1, ETag, ChecksumCRC32 });
      }
      const { ChecksumCRC32, ChecksumType } = await complete(parts);
      return [ChecksumCRC32, ChecksumType];
    },
    // The check value of the algorithm, cbf43926.
    expected: [Buffer.from('cbf43926', 'hex').toString('base64'), 'FULL_OBJECT'],
  },
  {
    name: 'CreateMultipartUpload: a type of checksum that the algorithm does not have',
    run: ({ begin, refused }) => refused(begin('a', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' })),
    expected: '400 InvalidRequest',
  },
  {
    name: 'UploadPart: a number beyond 10,000, an upload that does not exist',
    async run({ begin, refused, client, at }) {
      const { part } = await begin('a');
      const command = new UploadPartCommand({ ...at('a'), UploadId: 'never', PartNumber: 1, Body: 'a' });
      return [await refused(part(0, 'a')), await refused(part(10_001, 'a')), await refused(client.send(command))];
    },
    expected: ['400 InvalidArgument', '400 InvalidArgument', '404 NoSuchUpload'],
  },
  {
    name: 'AbortMultipartUpload: is done once',
    async run({ begin, refused }) {
      const { abort, part } = await begin('a');
      await part(1, 'a');
      return [status(await abort()), await refused(abort()), await refused(part(1, 'a'))];
    },
    expected: [204, '404 NoSuchUpload', '404 NoSuchUpload'],
  },
  {
    name: 'ListParts: by number, in pages',
    async run({ begin }) {
      const { part, list } = await begin('a');
      for (const number of [2000, 10, 2, 1]) await part(number, `${number}`);
      const numbers = async (options: object) => {
        const { Parts, IsTruncated, NextPartNumberMarker, MaxParts } = await list(options);
        const found = Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]);
        return { found, IsTruncated, NextPartNumberMarker, MaxParts };
      };
      return [
        await numbers({ MaxParts: 2 }),
        await numbers({ PartNumberMarker: '2', MaxParts: 1 }),
        await numbers({ PartNumberMarker: '1999' }),
      ];
    },
    expected: [
      {
        found: [
          [1, 1, tag('1')],
          [2, 1, tag('2')],
        ],
        IsTruncated: true,
        NextPartNumberMarker: '2',
        MaxParts: 2,
      },
      { found: [[10, 2, tag('10')]], IsTruncated: true, NextPartNumberMarker: '10', MaxParts: 1 },
      { found: [[2000, 4, tag('2000')]], IsTruncated: false, NextPartNumberMarker: '2000', MaxParts: 1000 },
    ],
  },
  {
    name: 'ListParts: names the upload, its owner and storage class; times are whole seconds',
    async run({ begin, short }) {
      const { part, list, UploadId } = await begin('a');
      await part(1, 'a');
      const answer = await list();
      return [
        answer.Bucket,
        short(answer.Key),
        answer.UploadId === UploadId,
        answer.Owner?.ID !== undefined && answer.Initiator?.ID !== undefined,
        answer.StorageClass,
        wholeSeconds(answer.Parts?.[0]?.LastModified),
      ];
    },
    expected: ['uploads', 'a', true, true, 'STANDARD', true],
  },
  {
    name: 'ListMultipartUploads: by key, then by time; those that ended are gone',
    async run({ begin, uploads, short }) {
      const second = await begin('b');
      const first = await begin('a');
      const third = await begin('b');
      await (await begin('c')).abort();
      const { Uploads, IsTruncated } = await uploads();
      const order = [first, second, third].map(({ UploadId }) => UploadId);
      return [
        Uploads?.map(({ Key }) => short(Key)),
        Uploads?.map(({ UploadId }) => order.indexOf(UploadId)),
        Uploads?.every(({ Initiated }) => wholeSeconds(Initiated)),
        IsTruncated,
      ];
    },
    expected: [['a', 'b', 'b'], [0, 1, 2], true, false],
  },
  {
    name: 'ListMultipartUploads: in pages, also between uploads of one key',
    async run({ begin, uploads, short }) {
      for (const key of ['a', 'b', 'b', 'c']) await begin(key);
      const found: unknown[] = [];
      let markers = {};
      for (;;) {
        const { Uploads, IsTruncated, NextKeyMarker, NextUploadIdMarker } = await uploads({
          MaxUploads: 2,
          ...markers,
        });
        found.push(Uploads?.map(({ Key }) => short(Key)));
        if (!IsTruncated || found.length > 5) return found;
        markers = { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker };
      }
    },
    expected: [
      ['a', 'b'],
      ['b', 'c'],
    ],
  },
  {
    name: 'ListMultipartUploads: a delimiter groups keys',
    async run({ begin, uploads, short, prefixes }) {
      for (const key of ['a', 'b/1', 'b/2']) await begin(key);
      const answer = await uploads({ Delimiter: '/' });
      return [answer.Uploads?.map(({ Key }) => short(Key)), prefixes(answer)];
    },
    expected: [['a'], ['b/']],
  },
  {
    name: 'UploadPartCopy: an object, or a range of it, becomes a part',
    async run({ fill, begin, text }) {
      await fill('source');
      const { copy, complete } = await begin('a');
      const { CopyPartResult } = await copy(1, 'source', 'bytes=1-3');
      await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
      return [CopyPartResult?.ETag, wholeSeconds(CopyPartResult?.LastModified), await text('a')];
    },
    expected: [tag('our'), true, 'our'],
  },
  {
    name: 'UploadPartCopy: a range outside the object, or without an end',
    async run({ fill, begin, refused }) {
      await fill('source');
      const { copy } = await begin('a');
      return [
        await refused(copy(1, 'source', 'bytes=1-6')),
        await refused(copy(1, 'source', 'bytes=1-')),
        await refused(copy(1, 'never')),
      ];
    },
    expected: ['400 InvalidArgument', '400 InvalidArgument', '404 NoSuchKey'],
  },
];

const reading: Case[] = [
  {
    name: 'GetObject: ranges',
    async run({ put, text, get, refused }) {
      await put('a', { Body: '0123456789' });
      const { ContentRange, ContentLength, $metadata } = await get('a', { Range: 'bytes=8-20' });
      return [
        await text('a', { Range: 'bytes=2-4' }),
        await text('a', { Range: 'bytes=-3' }),
        await text('a', { Range: 'bytes=7-' }),
        await text('a', { Range: 'bytes=4-2' }),
        await text('a', { Range: 'bytes=0-1,3-4' }),
        await text('a', { Range: 'lines=0-1' }),
        [ContentRange, ContentLength, $metadata.httpStatusCode],
        await refused(get('a', { Range: 'bytes=10-' })),
        await refused(get('a', { Range: 'bytes=-0' })),
      ];
    },
    expected: [
      '234',
      '789',
      '789',
      '0123456789',
      '0123456789',
      '0123456789',
      ['bytes 8-9/10', 2, 206],
      '416 InvalidRange',
      '416 InvalidRange',
    ],
  },
  {
    name: 'GetObject: conditions, the tag before the time',
    async run({ fill, get, refused }) {
      await fill('a');
      const asked = (options: Partial<GetObjectCommandInput>) => refused(get('a', options));
      return [
        await asked({ IfMatch: tag('a') }),
        await asked({ IfMatch: tag('b') }),
        await asked({ IfNoneMatch: tag('a') }),
        await asked({ IfNoneMatch: tag('b') }),
        await asked({ IfModifiedSince: past }),
        await asked({ IfUnmodifiedSince: past }),
        await asked({ IfMatch: tag('a'), IfUnmodifiedSince: past }),
        await asked({ IfNoneMatch: tag('a'), IfModifiedSince: past }),
      ];
    },
    expected: [
      'accepted',
      '412 PreconditionFailed',
      '304 Unknown',
      'accepted',
      'accepted',
      '412 PreconditionFailed',
      'accepted',
      '304 Unknown',
    ],
  },
  {
    name: 'GetObject: a part of an object that was uploaded in one piece',
    async run({ fill, get, refused }) {
      await fill('abc');
      const { ContentRange, PartsCount, $metadata } = await get('abc', { PartNumber: 1 });
      return [ContentRange, PartsCount, $metadata.httpStatusCode, await refused(get('abc', { PartNumber: 2 }))];
    },
    expected: ['bytes 0-2/3', undefined, 206, '416 InvalidPartNumber'],
  },
  {
    name: 'GetObject: a part and a range at once are refused',
    async run({ fill, get, refused }) {
      await fill('abc');
      return refused(get('abc', { PartNumber: 1, Range: 'bytes=0-1' }));
    },
    expected: '400 InvalidRequest',
  },
  {
    name: 'GetObject: a key that does not exist',
    run: async ({ get, head, refused }) => [await refused(get('never')), await refused(head('never'))],
    expected: ['404 NoSuchKey', '404 NotFound'],
  },
  {
    name: 'HeadObject: metadata in lower case, headers as they were given',
    async run({ put, head }) {
      await put('a', {
        Metadata: { Author: 'alice', empty: '' },
        CacheControl: 'no-cache',
        ContentLanguage: 'de',
        ContentEncoding: 'gzip',
        ContentDisposition: 'attachment; filename="a b.txt"',
      });
      const { Metadata, CacheControl, ContentLanguage, ContentEncoding, ContentDisposition, ContentType } =
        await head('a');
      return { Metadata, CacheControl, ContentLanguage, ContentEncoding, ContentDisposition, ContentType };
    },
    expected: {
      Metadata: { author: 'alice', empty: '' },
      CacheControl: 'no-cache',
      ContentLanguage: 'de',
      ContentEncoding: 'gzip',
      ContentDisposition: 'attachment; filename="a b.txt"',
      ContentType: 'application/octet-stream',
    },
  },
  {
    name: 'PutObject: metadata of more than two kilobytes is refused',
    run: ({ put, refused }) => refused(put('a', { Metadata: { long: 'a'.repeat(2100) } })),
    expected: '400 MetadataTooLarge',
  },
  {
    name: 'PutObject: a key of more than 1,024 bytes is refused',
    run: ({ put, refused }) => refused(put('ä'.repeat(512))),
    expected: '400 KeyTooLongError',
  },
  {
    name: 'PutObject: only if there is none, only if it is that version',
    async run({ put, refused, text }) {
      return [
        await refused(put('a', { IfMatch: tag('a') })),
        await refused(put('a', { IfNoneMatch: '*' })),
        await refused(put('a', { IfNoneMatch: '*' })),
        await refused(put('a', { IfMatch: tag('b') })),
        await refused(put('a', { IfMatch: tag('a'), Body: 'new' })),
        await text('a'),
      ];
    },
    expected: ['404 NoSuchKey', 'accepted', '412 PreconditionFailed', '412 PreconditionFailed', 'accepted', 'new'],
  },
  {
    name: 'PutObject: a Content-MD5 that is not that of the body',
    run: async ({ put, refused }) => [
      await refused(put('a', { ContentMD5: Buffer.from(md5('b'), 'hex').toString('base64') })),
      await refused(put('a', { ContentMD5: 'short' })),
    ],
    expected: ['400 BadDigest', '400 InvalidDigest'],
  },
  {
    name: 'GetObjectAttributes: tag without quotes, size, class, and the number of parts',
    async run({ fill, attributes, begin, refused }) {
      await fill('a');
      const { part, complete } = await begin('b');
      await complete([{ PartNumber: 1, ETag: (await part(1, 'b')).ETag }]);
      const { ETag, ObjectSize, StorageClass, ObjectParts } = await attributes(
        'a',
        'ETag',
        'ObjectSize',
        'StorageClass',
      );
      const parts = (await attributes('b', 'ObjectParts')).ObjectParts?.TotalPartsCount;
      return { ETag, ObjectSize, StorageClass, ObjectParts, parts, missing: await refused(attributes('c', 'ETag')) };
    },
    expected: {
      ETag: md5('a'),
      ObjectSize: 1,
      StorageClass: 'STANDARD',
      ObjectParts: undefined,
      parts: 1,
      missing: '404 NoSuchKey',
    },
  },
];

const copying: Case[] = [
  {
    name: 'CopyObject: body, type and metadata; the time is in whole seconds',
    async run({ put, copy, head, text }) {
      await put('a b+ü', { ContentType: 'text/plain', Metadata: { by: 'alice' } });
      const { CopyObjectResult } = await copy('copy', encodeURIComponent('a b+ü'));
      const { ContentType, Metadata } = await head('copy');
      return [
        CopyObjectResult?.ETag,
        wholeSeconds(CopyObjectResult?.LastModified),
        await text('copy'),
        ContentType,
        Metadata,
      ];
    },
    expected: [tag('a b+ü'), true, 'a b+ü', 'text/plain', { by: 'alice' }],
  },
  {
    name: 'CopyObject: with other metadata, also onto itself',
    async run({ put, copy, head, refused }) {
      await put('a', { ContentType: 'text/plain', Metadata: { by: 'alice' } });
      const same = await refused(copy('a', 'a'));
      await copy('a', 'a', { MetadataDirective: 'REPLACE', Metadata: { by: 'bob' }, ContentType: 'text/css' });
      const { ContentType, Metadata } = await head('a');
      return [same, ContentType, Metadata];
    },
    expected: ['400 InvalidRequest', 'text/css', { by: 'bob' }],
  },
  {
    name: 'CopyObject: conditions of the source',
    async run({ fill, copy, refused }) {
      await fill('a');
      const asked = (options: Partial<CopyObjectCommandInput>) => refused(copy('b', 'a', options));
      return [
        await asked({ CopySourceIfMatch: tag('a') }),
        await asked({ CopySourceIfMatch: tag('b') }),
        await asked({ CopySourceIfNoneMatch: tag('a') }),
        await asked({ CopySourceIfNoneMatch: tag('b') }),
        await asked({ CopySourceIfModifiedSince: past }),
        await asked({ CopySourceIfUnmodifiedSince: past }),
        await asked({ CopySourceIfUnmodifiedSince: future }),
        await asked({ CopySourceIfMatch: tag('a'), CopySourceIfUnmodifiedSince: past }),
        await asked({ CopySourceIfNoneMatch: tag('a'), CopySourceIfModifiedSince: past }),
      ];
    },
    expected: [
      'accepted',
      '412 PreconditionFailed',
      '412 PreconditionFailed',
      'accepted',
      'accepted',
      '412 PreconditionFailed',
      'accepted',
      'accepted',
      '412 PreconditionFailed',
    ],
  },
  {
    name: 'CopyObject: conditions of the target',
    async run({ fill, copy, refused }) {
      await fill('a', 'b');
      return [
        await refused(copy('b', 'a', { IfNoneMatch: '*' })),
        await refused(copy('b', 'a', { IfMatch: tag('other') })),
        await refused(copy('b', 'a', { IfMatch: tag('b') })),
      ];
    },
    expected: ['412 PreconditionFailed', '412 PreconditionFailed', 'accepted'],
  },
  {
    name: 'CopyObject: the copy of an upload in parts is one piece',
    async run({ begin, copy, head }) {
      const { part, complete } = await begin('a');
      await complete([{ PartNumber: 1, ETag: (await part(1, 'a')).ETag }]);
      await copy('b', 'a');
      return [(await head('a')).ETag, (await head('b')).ETag];
    },
    expected: [`"${md5(Buffer.from(md5('a'), 'hex'))}-1"`, tag('a')],
  },
  {
    name: 'CopyObject: a source that does not exist, in a bucket that does, and in one that does not',
    run: async ({ copy, refused }) => [
      await refused(copy('b', 'never')),
      await refused(copy('b', '', { CopySource: 'no-such-bucket/a' })),
      await refused(copy('b', '', { CopySource: 'uploads' })),
    ],
    expected: ['404 NoSuchKey', '404 NoSuchBucket', '400 InvalidArgument'],
  },
];

export const cases: readonly Case[] = [...listing, ...buckets, ...deleting, ...multipart, ...reading, ...copying];
