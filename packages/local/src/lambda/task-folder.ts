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
}

/**
 * Finds or makes the folder that a function runs in. Most run where the assembly has their code. A folder of its own, with a copy of the code,
 * has a function
 * - with inline code, which becomes `index.js`
 * - with layers, whose packages are then found where Node.js looks for packages
 * - that the `package.json` of a folder above would make an ES module. On AWS there is no folder above, so it is CommonJS.
 * - above whose code there is no AWS SDK, although there is one above the folder in which this program was started
 * @param options.folder for such copies; it was empty when the program started
 */
export function taskFolder(
  config: Pick<FunctionConfig, 'id' | 'directory' | 'handler' | 'inlineCode' | 'layers'>,
  options: { folder: string; startedIn: string },
): TaskFolder {
  const { id, directory, handler, inlineCode, layers } = config;
  const { folder, startedIn } = options;
  const lacksSdk = (from: string) => findSdk(from) === undefined && findSdk(startedIn) !== undefined;
  if (directory !== undefined && layers.length === 0 && !lacksSdk(directory) && !wouldBeEsModule(directory, handler))
    return { task: directory, opt: undefined };

  const sdk = findSdk(folder) ? undefined : (findSdk(directory ?? folder) ?? findSdk(startedIn));
  const root = join(folder, `${id}-${hashOf(directory, inlineCode, layers)}`);
  const task = join(root, 'task');
  const packages = join(root, 'node_modules');
  rmSync(root, { recursive: true, force: true });
  make(root, sdk);
  mkdirSync(task);
  if (inlineCode !== undefined) writeFileSync(join(task, 'index.js'), inlineCode);
  if (inlineCode?.includes('cfn-response')) writeFileSync(join(packages, 'cfn-response.js'), cfnResponse);
  if (directory !== undefined) cpSync(directory, task, { recursive: true, dereference: true });
  if (layers.length === 0) return { task, opt: undefined };
  const opt = layersFolder(layers, folder, sdk);
  for (const from of ['nodejs/node_modules', `nodejs/node${process.versions.node.split('.')[0]}/node_modules`])
    linkPackages(join(opt, from), packages);
  return { task, opt };
}

/** Layers are unpacked into one folder, one after the other, so the last one wins. Functions with the same layers share it. */
function layersFolder(layers: readonly string[], folder: string, sdk: string | undefined): string {
  const root = join(folder, `layers-${hashOf(layers)}`);
  const opt = join(root, 'opt');
  if (existsSync(root)) return opt;
  make(root, sdk);
  for (const layer of layers) cpSync(layer, opt, { recursive: true, dereference: true });
  return opt;
}

/** Makes a folder in which JavaScript is CommonJS, unless the code's own `package.json` says otherwise, and the SDK is found. */
function make(root: string, sdk: string | undefined): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
  if (sdk) linkPackages(sdk, join(root, 'node_modules'), (name) => sdkScopes.includes(name));
}

const hashOf = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);

const sdkScopes = ['@aws-sdk', '@smithy', '@aws-crypto', '@aws'];

/** The nearest `node_modules` with an AWS SDK. */
function findSdk(from: string): string | undefined {
  return above(from)
    .map((folder) => join(folder, 'node_modules'))
    .find((folder) => existsSync(join(folder, '@aws-sdk')));
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

/** Makes the packages of one `node_modules` found in another. Node.js resolves links, so packages find their own dependencies where they are. */
function linkPackages(from: string, to: string, isWanted: (name: string) => boolean = () => true): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from).filter((one) => !one.startsWith('.') && isWanted(one))) {
    if (name.startsWith('@')) {
      // Two layers may have packages of one scope.
      mkdirSync(join(to, name), { recursive: true });
      linkPackages(join(from, name), join(to, name));
    } else {
      rmSync(join(to, name), { force: true });
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
