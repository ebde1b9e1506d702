import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Engine, startEngine } from '#dynamodb/engine';
import { temporaryFolder } from '../dynamodb/runtime.ts';
import { startFixture } from './fixture.ts';

let folder: string;
let engine: Engine;
let roundingProxy: Server;

/** Makes the engine round a record's time to the minute, as DynamoDB Local does; here to the minute before. */
beforeEach(async () => {
  folder = temporaryFolder();
  engine = await startEngine({ dataDirectory: folder });
  roundingProxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      /^(authorization|content-type|x-amz-.*)$/.test(name) ? [[name, String(value)]] : [],
    );
    const answer = await fetch(engine.url, { method: 'POST', headers, body: Buffer.concat(chunks) });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      text.replace(/("ApproximateCreationDateTime":)(\d+)/g, (_, name: string, time: string) => {
        return `${name}${Math.floor(Number(time) / 60) * 60 - 60}`;
      }),
    );
  });
  await new Promise<void>((resolve) => void roundingProxy.listen(0, '127.0.0.1', resolve));
  const address = roundingProxy.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  vi.stubEnv('DYNAMODB_LOCAL_URL', `http://127.0.0.1:${port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  roundingProxy.closeAllConnections();
  roundingProxy.close();
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a fresh record is not discarded as too old although the engine rounds its time to the minute', async () => {
  // A minute at sixty times the speed is a second.
  const fixture = await startFixture({ MaximumRecordAgeInSeconds: 60 }, { timeScale: 60 });
  await fixture.runtime.streams.idle();
  await fixture.put('fresh');
  await fixture.runtime.streams.idle();
  expect(fixture.batches()).toEqual([['fresh']]);
  await fixture.stop();
});
