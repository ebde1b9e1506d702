import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Credentials } from '#iam/access-keys';
import { type Fixture, startFixture } from '../streams/fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture({ BatchSize: 1, MaximumRetryAttempts: 0 });
  fixture.plan({ throwOn: ['poison'] });
  await fixture.put('poison');
  await fixture.runtime.streams.idle();
});
afterEach(() => fixture?.stop());

const rootCredentials = () =>
  fixture.runtime.context.keys.issue({ kind: 'root', arn: 'arn:aws:iam::000000000000:root' });

/** A call in the format of the CLI and the SDKs: JSON 1.0, signed for sqs. */
async function call(operation: string, input: object, credentials: Credentials = rootCredentials()) {
  const url = new URL(`${fixture.runtime.context.origin}/_aws/sqs`);
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 'sqs', sha256: Sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      method: 'POST',
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      headers: {
        host: url.host,
        'x-amz-target': `AmazonSQS.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(input),
    }),
  );
  const { host, ...headers } = signed.headers;
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
  const body: Record<string, unknown> = Object(await response.json());
  return { status: response.status, body, queryError: response.headers.get('x-amzn-query-error') };
}

const queueUrl = async () => {
  const { body } = await call('ListQueues', {});
  const [url] = [body.QueueUrls].flat();
  return String(url);
};

test('a dead letter can be received, is hidden from others meanwhile, and can be deleted', async () => {
  const QueueUrl = await queueUrl();
  const { body } = await call('ReceiveMessage', { QueueUrl, VisibilityTimeout: 60, AttributeNames: ['All'] });
  const [message] = [body.Messages].flat();
  const { Body, MD5OfBody, ReceiptHandle, Attributes } = Object(message);
  expect(JSON.parse(Body)).toMatchObject({ requestContext: { condition: 'RetryAttemptsExhausted' } });
  expect(MD5OfBody).toMatch(/^[0-9a-f]{32}$/);
  expect(Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
  expect((await call('ReceiveMessage', { QueueUrl })).body).toEqual({});
  const attributes = async () =>
    (await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).body.Attributes;
  expect(await attributes()).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  await call('DeleteMessage', { QueueUrl, ReceiptHandle });
  expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
});

test('a message that is not deleted comes again after the visibility timeout, and its old receipt handle does nothing', async () => {
  const QueueUrl = await queueUrl();
  const first = await call('ReceiveMessage', { QueueUrl, VisibilityTimeout: 0 });
  const again = await call('ReceiveMessage', { QueueUrl, VisibilityTimeout: 0, AttributeNames: ['All'] });
  const [[one], [two]] = [[first.body.Messages].flat(), [again.body.Messages].flat()];
  expect(Object(two)).toMatchObject({
    MessageId: Object(one).MessageId,
    Attributes: { ApproximateReceiveCount: '2' },
  });
  await call('DeleteMessage', { QueueUrl, ReceiptHandle: Object(one).ReceiptHandle });
  expect((await call('ReceiveMessage', { QueueUrl })).body.Messages).toHaveLength(1);
});

test('a function without permission is refused, and so is a wrong signature', async () => {
  const QueueUrl = await queueUrl();
  const role = fixture.runtime.functionCredentials('Notify');
  expect(await call('ReceiveMessage', { QueueUrl }, role)).toMatchObject({
    status: 403,
    body: {
      __type: 'AccessDeniedException',
      message: expect.stringContaining('sqs:ReceiveMessage on resource: arn:aws:sqs'),
    },
  });
  const forged = { ...rootCredentials(), secretAccessKey: 'wrong' };
  expect(await call('ReceiveMessage', { QueueUrl }, forged)).toMatchObject({
    status: 403,
    body: { __type: 'SignatureDoesNotMatch' },
  });
});

test('an unknown queue and an operation that is not served give clear errors', async () => {
  expect(await call('ReceiveMessage', { QueueUrl: 'http://x/1/none' })).toMatchObject({
    body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist' },
    // The Python SDK uses this as the error's code.
    queryError: 'AWS.SimpleQueueService.NonExistentQueue;Sender',
  });
  const QueueUrl = await queueUrl();
  expect(await call('DeleteMessage', { QueueUrl, ReceiptHandle: 'x' })).toMatchObject({
    status: 400,
    body: { __type: 'com.amazonaws.sqs#ReceiptHandleIsInvalid' },
  });
  expect((await call('TagQueue', { QueueUrl })).body).toEqual({
    __type: 'UnknownOperationException',
    message: 'TagQueue is not served locally',
  });
});
