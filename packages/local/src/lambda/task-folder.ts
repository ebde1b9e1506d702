import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, parseJson } from '#text';
import type { FunctionConfig } from './function-config.ts';

/** Where a function's files are. */
export interface TaskFolder {
  /** `/var/task` on AWS. */
  readonly task: string;
  /** `/opt` on AWS. Undefined without layers. */
  readonly opt: string | undefined;
  /** Packages of the AWS SDK that the code imports, and that are nowhere. */
  readonly missingSdk: readonly string[];
}

/**
 * Finds or makes the folder that a function runs in. Most run where the assembly has their code. A folder of its own, with a copy of the code,
 * has a function
 * - with inline code, which becomes `index.js`
 * - with layers, whose packages are then found where Node.js looks for packages
 * - that the `package.json` of a folder above would make an ES module. On AWS there is no folder above, so it is CommonJS.
 * - that uses a part of the AWS SDK which is not above its code, but above another of `sdkBeside`
 * @param options.folder for such copies; it was empty when the program started
 * @param options.sdkBeside folders below which the SDK is looked for after the code's own, as it is part of AWS's runtime
 */
export function taskFolder(
  config: Pick<FunctionConfig, 'id' | 'directory' | 'handler' | 'inlineCode' | 'layers'>,
  options: { folder: string; sdkBeside: readonly string[] },
): TaskFolder {
  const { id, directory, handler, inlineCode, layers } = config;
  const { folder, sdkBeside } = options;
  const used = directory === undefined ? sdkNamesIn(inlineCode ?? '') : sdkPackagesOf(directory);
  const own = packageFolders(directory ?? folder);
  const notAbove = used.filter((name) => !has(own, name));
  const sdks = [...own, ...(notAbove.length > 0 || layers.length > 0 ? sdkBeside.flatMap(packageFolders) : [])];
  const missingSdk = notAbove.filter((name) => name !== anyOfSdk && !has(sdks, name) && layers.length === 0);
  const staysThere =
    directory !== undefined &&
    layers.length === 0 &&
    !wouldBeEsModule(directory, handler) &&
    !notAbove.some((name) => has(sdks, name));
  if (staysThere) return { task: directory, opt: undefined, missingSdk };

  const root = join(folder, `${id}-${hashOf(directory, inlineCode, layers)}`);
  const task = join(root, 'task');
  const packages = join(root, 'node_modules');
  rmSync(root, { recursive: true, force: true });
  makeRoot(root);
  mkdirSync(task);
  if (inlineCode !== undefined) writeFileSync(join(task, 'index.js'), inlineCode);
  if (inlineCode?.includes('cfn-response')) writeFileSync(join(packages, 'cfn-response.js'), cfnResponse);
  if (directory !== undefined) cpSync(directory, task, { recursive: true, dereference: true });
  const opt = layers.length > 0 ? layersFolder(layers, folder, sdks) : undefined;
  if (opt !== undefined) {
    const version = process.versions.node.split('.')[0];
    linkPackages(join(opt, `nodejs/node${version}/node_modules`), packages);
    linkPackages(join(opt, 'nodejs/node_modules'), packages);
  }
  linkSdk(sdks, packages);
  return { task, opt, missingSdk };
}

/** Layers are unpacked into one folder, one after the other, so the last one wins. Functions with the same layers share it. */
function layersFolder(layers: readonly string[], folder: string, sdks: readonly string[]): string {
  const root = join(folder, `layers-${hashOf(layers)}`);
  const opt = join(root, 'opt');
  if (existsSync(root)) return opt;
  makeRoot(root);
  linkSdk(sdks, join(root, 'node_modules'));
  for (const layer of layers) cpSync(layer, opt, { recursive: true, dereference: true });
  return opt;
}

/** Makes a folder below which JavaScript is CommonJS, unless a `package.json` further down says otherwise. */
function makeRoot(root: string): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
}

const hashOf = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);

/** What AWS's runtime brings. */
const sdkScopes = ['@aws-sdk', '@smithy', '@aws-crypto', '@aws'];

/** The packages of the SDK that code imports. */
function sdkPackagesOf(directory: string): string[] {
  const names = readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sdkPackagesOf(path);
    if (!/\.[cm]?js$/.test(entry.name)) return [];
    return sdkNamesIn(readFileSync(path, 'utf8'));
  });
  return [...new Set(names)];
}

/** The name stands in the code, but is put together: CDK's `AwsCustomResource` imports the client that it is asked for. */
const anyOfSdk = '@aws-sdk/*';

function sdkNamesIn(code: string): string[] {
  if (/@aws-sdk\/(?:client-)?[^a-z]/.test(code)) return [anyOfSdk, ...importsOf(code)];
  return importsOf(code);
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/\b(?:from|import|require)\s*\(?\s*["'](@(?:aws-sdk|smithy)\/[a-z0-9-]+)["'/]/g)].map(
    ([, name = '']) => name,
  );
}

function has(folders: readonly string[], name: string): boolean {
  if (name !== anyOfSdk) return folders.some((folder) => existsSync(join(folder, name)));
  const isClient = (one: string) => one.startsWith('client-');
  return folders.some((folder) => has([folder], '@aws-sdk') && readdirSync(join(folder, '@aws-sdk')).some(isClient));
}

/** The existing `node_modules` of a folder and of all above it, the nearest first. */
function packageFolders(from: string): string[] {
  return above(from)
    .map((folder) => join(folder, 'node_modules'))
    .filter((folder) => existsSync(folder));
}

/** Whether the handler's file would be an ES module because of a folder above. */
function wouldBeEsModule(directory: string, handler: string): boolean {
  const file = join(directory, `${handler.replace(/\.[^/]*$/, '')}.js`);
  if (!existsSync(file)) return false;
  const nearest = above(dirname(file)).find((folder) => existsSync(join(folder, 'package.json')));
  if (nearest === undefined || nearest.startsWith(directory)) return false;
  const manifest = parseJson(readFileSync(join(nearest, 'package.json'), 'utf8'));
  return isObject(manifest) && manifest.type === 'module';
}

/** The folder and all that contain it, the nearest first. */
function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

function linkSdk(from: readonly string[], to: string): void {
  for (const folder of from) linkPackages(folder, to, (name) => sdkScopes.includes(name));
}

/**
 * Makes the packages of one `node_modules` found in another, but for those that it has already. Node.js resolves links, so packages find their
 * own dependencies where they are.
 */
function linkPackages(from: string, to: string, isWanted: (name: string) => boolean = () => true): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from).filter((one) => !one.startsWith('.') && isWanted(one))) {
    if (name.startsWith('@')) {
      mkdirSync(join(to, name), { recursive: true });
      linkPackages(join(from, name), join(to, name));
    } else if (!existsSync(join(to, name))) {
      symlinkSync(join(from, name), join(to, name), 'junction');
    }
  }
}

/** The module that AWS adds to inline code which asks for it. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html */
const cfnResponse = `exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';
exports.send = async (event, context, Status, Data, physicalResourceId, NoEcho) => {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const Reason = 'See the details in CloudWatch Log Stream: ' + context.logStreamName;
  const PhysicalResourceId = physicalResourceId || context.logStreamName;
  const body = JSON.stringify({ Status, Reason, PhysicalResourceId, StackId, RequestId, LogicalResourceId, NoEcho: NoEcho || false, Data });
  await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body });
  if (context.done) context.done();
};
`;
