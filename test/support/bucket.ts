/** What is in the bucket of uploads; only on the local runtime. */
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalRuntime } from '@parley/local';

export interface StoredFiles {
  /** The keys of all objects in a folder whose keys contain the text, sorted. */
  keys(folder: 'attachments' | 'avatars' | 'files', text?: string): Promise<string[]>;
  put(key: string, body: Uint8Array): Promise<void>;
  stop(): void;
}

/** A client with all permissions. */
export function openBucket(local: LocalRuntime): StoredFiles {
  const Bucket = local.stack.ref(
    local.stack.ofType('AWS::S3::Bucket').find(({ logicalId }) => logicalId.startsWith('Uploads'))?.logicalId ?? '',
  );
  const s3 = new S3Client({
    region: local.stack.region,
    endpoint: `${local.origin}/_aws/s3`,
    forcePathStyle: true,
    credentials: local.rootCredentials,
  });
  return {
    async keys(folder, text = '') {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${folder}/` }));
      return Contents.map(({ Key = '' }) => Key)
        .filter((key) => key.includes(text))
        .sort();
    },
    async put(Key, Body) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    stop: () => s3.destroy(),
  };
}
