import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { bucketName as Bucket, startFixture } from './fixture.ts';

const Ready = z.object({
  endpoint: z.string(),
  root: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

test('after kill -9 all acknowledged objects exist, and nothing of unfinished uploads', {
  timeout: 30_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'local-s3-kill-'));
  const bodies = join(directory, 's3', Bucket, 'bodies');
  const server = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'serve.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(server.stdout), 'line');
  const { endpoint, root } = Ready.parse(JSON.parse(String(line)));
  const client = new S3Client({
    endpoint,
    credentials: root,
    region: 'us-east-1',
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  for (const Key of ['a', 'b', 'a']) await client.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }));

  const halfway = request(await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'half' })), {
    method: 'PUT',
    headers: { 'content-length': 1_000_000 },
  });
  halfway.on('error', () => undefined);
  halfway.write(Buffer.alloc(500_000));
  await eventually(async () => {
    const sizes = await Promise.all((await readdir(bodies)).map(async (name) => (await stat(join(bodies, name))).size));
    expect(sizes.some((size) => size > 100_000)).toBe(true);
  });
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
  client.destroy();

  const again = await startFixture({ directory });
  const { Contents } = await again.client().send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['a', 'b']);
  const { Body } = await again.client().send(new GetObjectCommand({ Bucket, Key: 'a' }));
  expect(await Body?.transformToString()).toBe('body of a');
  expect(await readdir(bodies)).toHaveLength(2);
  await again.stop();
});

async function eventually(check: () => Promise<void>, deadline = Date.now() + 10_000): Promise<void> {
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
