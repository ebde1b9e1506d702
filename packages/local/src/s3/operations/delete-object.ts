import { authorizeCaller, type Call, objectArn, objectEvent, type S3 } from '#s3/call';
import { checkDeleteCondition } from '#s3/preconditions';

/** Answers 204, also if there was no object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export async function deleteObject(s3: S3, call: Call): Promise<void> {
  const caller = authorizeCaller(s3, call.caller, 's3:DeleteObject', objectArn(call.bucket, call.key));
  const removed = await (await s3.store(call.bucket)).remove(call.key, (existing) =>
    checkDeleteCondition(call.request.headers['if-match'], existing),
  );
  call.response.writeHead(204).end();
  if (removed) s3.notify(objectEvent(call, caller, 'ObjectRemoved:Delete'));
}
