import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Stack, stackFromTemplate } from '#assembly/stack';
import { createDeployments, type PrepareDeployments } from '#s3/deployment/deploy';
import { type ObjectStore, openStore } from '#s3/store';

const origin = 'http://127.0.0.1:8080';
const folders: string[] = [];
let store: ObjectStore;
let prepare: PrepareDeployments;
let made = 0;

beforeEach(async () => {
  store = await openStore(await folder({}), { now: () => 0, newId: () => `${++made}` });
  prepare = createDeployments(async () => store);
});
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

async function folder(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'local-deployment-'));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}

/** A stack that deploys these sources into its bucket. */
async function stackOf(sources: Record<string, string>[], properties: object = {}): Promise<Stack> {
  const directories = await Promise.all(sources.map(folder));
  return stackFromTemplate({
    name: 'Try',
    origin,
    assetDirectories: Object.fromEntries(directories.map((directory, index) => [`hash${index}`, directory])),
    template: {
      Resources: {
        Site: { Type: 'AWS::S3::Bucket' },
        Pool: { Type: 'AWS::Cognito::UserPool' },
        Files: {
          Type: 'Custom::CDKBucketDeployment',
          Properties: {
            SourceBucketNames: directories.map(() => 'assets'),
            SourceObjectKeys: directories.map((_, index) => `hash${index}.zip`),
            DestinationBucketName: { Ref: 'Site' },
            ...properties,
          },
        },
      },
    },
  });
}

const keys = () => store.list().map(({ key }) => key);
async function textOf(key: string): Promise<string> {
  const opened = await store.open(key);
  if (!opened) throw new Error(`unable to read ${key}; it is not in the bucket`);
  const text = await opened.file.readFile('utf8');
  await opened.file.close();
  return text;
}

describe('a deployment', () => {
  test('puts the files of all sources into the bucket, with types and metadata; a later source overrides an earlier one', async () => {
    const stack = await stackOf([{ 'index.html': 'one', 'deep/a.js': 'a', LICENSE: 'l' }, { 'index.html': 'two' }], {
      DestinationBucketKeyPrefix: 'site',
      SystemMetadata: { 'cache-control': 'no-cache' },
      UserMetadata: { Build: '7' },
    });
    await prepare(stack)();
    expect(keys()).toEqual(['site/LICENSE', 'site/deep/a.js', 'site/index.html']);
    expect(await textOf('site/index.html')).toBe('two');
    expect(store.find('site/index.html')).toMatchObject({
      contentType: 'text/html',
      headers: { 'cache-control': 'no-cache' },
      user: { build: '7' },
    });
    expect(['site/deep/a.js', 'site/LICENSE'].map((key) => store.find(key)?.contentType)).toEqual([
      'text/javascript',
      'binary/octet-stream',
    ]);
  });

  test('skips excluded files unless they are included, and * matches slashes', async () => {
    await prepare(await stackOf([{ 'a/b/c.js': '', 'a.css': '', 'b.js': '' }], { Exclude: ['*'], Include: ['a/*'] }))();
    expect(keys()).toEqual(['a/b/c.js']);
    await prepare(await stackOf([{ 'a/b/c.js': '', 'a.css': '', 'b.js': '' }], { Exclude: ['?.js', 'a/*'] }))();
    expect(keys()).toEqual(['a.css', 'a/b/c.js']);
  });

  test('removes files that no source has, unless they are excluded or Prune is false', async () => {
    await prepare(await stackOf([{ 'old.js': '', 'kept/old.js': '' }]))();
    await prepare(await stackOf([{ 'new.js': '' }], { Prune: 'false' }))();
    expect(keys()).toEqual(['kept/old.js', 'new.js', 'old.js']);
    await prepare(await stackOf([{ 'newer.js': '' }], { Exclude: ['kept/*'] }))();
    expect(keys()).toEqual(['kept/old.js', 'newer.js']);
  });

  test('replaces the markers of its source in their encoding, and AWS addresses by local ones', async () => {
    const marked = '{"pool":"<<1>>","say":"<<2>>","all":<<3>>,"cognito":"https://cognito-idp.<<4>>.amazonaws.com"}';
    const stack = await stackOf([{ 'plain.json': '<<1>>' }, { 'config.json': marked }], {
      SourceMarkers: [
        {},
        { '<<1>>': { Ref: 'Pool' }, '<<2>>': '"quoted"', '<<3>>': ['a'], '<<4>>': { Ref: 'AWS::Region' } },
      ],
      SourceMarkersConfig: [{}, { jsonEscape: 'true', markerEncodings: { '<<3>>': 'JSON_VALUE' } }],
    });
    await prepare(stack)();
    expect(JSON.parse(await textOf('config.json'))).toEqual({
      pool: stack.ref('Pool'),
      say: '"quoted"',
      all: ['a'],
      cognito: `${origin}/_aws/cognito-idp`,
    });
    expect(await textOf('plain.json')).toBe('<<1>>');
  });

  test('that did not change does not run again', async () => {
    const stack = await stackOf([{ 'a.txt': 'deployed' }]);
    await prepare(stack)();
    await store.remove('a.txt');
    await prepare(stack)();
    expect(keys()).toEqual([]);
  });
});

describe('a clear error, and no change, for', () => {
  test.each([
    [
      'a source that the assembly has no folder for',
      { SourceObjectKeys: ['hash0.zip', 'none.zip'] },
      'unable to deploy none.zip; the assembly has no folder for it',
    ],
    [
      'a bucket of others',
      { DestinationBucketName: 'theirs' },
      'unable to deploy to theirs; the stack has no such bucket',
    ],
    [
      'archives that are to stay whole',
      { Extract: 'false' },
      'unable to deploy the files of Files; Extract: only sources that are unpacked',
    ],
    [
      'metadata that buckets do not keep here',
      { SystemMetadata: { 'storage-class': 'GLACIER' } },
      'unable to deploy a.txt; The storage class GLACIER',
    ],
    [
      'a marked value that is no text, to be written as it is',
      { SourceMarkers: [{ a: ['x'] }] },
      'unable to write ["x"] into a deployed file',
    ],
  ])('%s', async (_, properties, message) => {
    const stack = await stackOf([{ 'a.txt': 'a' }], properties);
    expect(() => prepare(stack)).toThrow(message);
    expect(keys()).toEqual([]);
  });
});
