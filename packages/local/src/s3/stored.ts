import { z } from 'zod';

export type ObjectMetadata = z.infer<typeof ObjectMetadata>;
const ObjectMetadata = z.object({
  contentType: z.string(),
  /** Cache-Control and the like, lower-case names. */
  headers: z.record(z.string(), z.string()),
  /** `x-amz-meta-…` without the prefix. */
  user: z.record(z.string(), z.string()),
  checksum: z
    .object({
      header: z.string(),
      value: z.string(),
      /** `COMPOSITE` is the checksum of the parts' checksums. By default it is that of the whole body. */
      type: z.enum(['COMPOSITE', 'FULL_OBJECT']).optional(),
    })
    .optional(),
  /** Of an object that was uploaded in parts: their sizes in bytes, and their numbers and checksums. */
  parts: z.array(z.object({ number: z.number(), size: z.number(), checksum: z.string().optional() })).optional(),
});

const place = {
  key: z.string(),
  /** Missing: it was stored without versioning, and its id is `null`. */
  version: z.string().optional(),
  /** The larger of two is the newer version of a key. */
  order: z.number().optional(),
  /** Milliseconds since the epoch. */
  lastModified: z.number(),
};

export type StoredObject = z.infer<typeof StoredObject>;
const StoredObject = ObjectMetadata.extend({
  ...place,
  /** The file under `bodies/`. */
  body: z.string(),
  /** Bytes. */
  size: z.number(),
  /** MD5 in hex, without quotes; of a multipart upload, that of its parts' MD5s, and their number. */
  etag: z.string(),
});

/** What a deletion puts on top of the versions of a key. https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html */
export type DeleteMarker = z.infer<typeof DeleteMarker>;
const DeleteMarker = z.object({ ...place, marker: z.literal(true) });

export type StoredVersion = StoredObject | DeleteMarker;
/** What a description on disk holds. */
export const StoredVersion = z.union([DeleteMarker, StoredObject]);
