import type { Context } from '#context';
import type { EventParts } from '#events/bus';
import type { ObjectEvent } from './call.ts';

const reasons: Readonly<Record<ObjectEvent['name'], string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
  'ObjectRemoved:DeleteMarkerCreated': 'DeleteObject',
};

/** What EventBridge gets of an object's event. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function busEvent({ stack, clock }: Pick<Context, 'stack' | 'clock'>, event: ObjectEvent): EventParts {
  const hides = event.name === 'ObjectRemoved:DeleteMarkerCreated';
  const isCreated = event.name.startsWith('ObjectCreated:');
  return {
    source: 'aws.s3',
    'detail-type': isCreated ? 'Object Created' : 'Object Deleted',
    resources: [event.bucket.arn],
    detail: {
      version: '0',
      bucket: { name: event.bucket.name },
      object: {
        key: event.key,
        ...(event.object && { size: event.object.size, etag: event.object.etag }),
        ...(event.version !== undefined && { 'version-id': event.version }),
        sequencer: clock.now().toString(16).toUpperCase().padStart(18, '0'),
      },
      'request-id': event.requestId,
      requester: stack.account,
      'source-ip-address': event.sourceAddress,
      reason: reasons[event.name],
      ...(!isCreated && { 'deletion-type': hides ? 'Delete Marker Created' : 'Permanently Deleted' }),
    },
  };
}
