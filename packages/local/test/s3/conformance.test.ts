import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases, helper } from './cases.ts';
import { type Fixture, startFixture } from './fixture.ts';

let s3: Fixture;
let client: S3Client;
beforeAll(async () => {
  s3 = await startFixture();
  client = s3.client();
});
afterAll(() => s3.stop());

describe('as on S3', () => {
  for (const [index, { name, run, expected }] of cases.entries()) {
    test(name, async () => expect(await run(helper(client, `case-${index}/`))).toEqual(expected));
  }
});
