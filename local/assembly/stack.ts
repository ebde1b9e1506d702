/** A resource of the template: intrinsics resolved, AWS hosts rewritten to the local ones. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
}

/** A CloudFormation stack as it would stand in an account, resolved. Unknown logical ids throw `BrokenStack`. */
export interface Stack {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  find(logicalId: string): Resource | undefined;
  ofType(type: string): readonly Resource[];
  /** The physical id, what `Ref` gives: always the same for the same stack name and logical id. */
  ref(logicalId: string): string;
  arn(logicalId: string): string;
  /** By physical id, ARN or any other attribute that names it (a stream's ARN finds its table). */
  byPhysicalId(type: string, id: string): Resource | undefined;
  /** The folder with a function's code. */
  codeDirectory(functionLogicalId: string): string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** @throws BrokenStack */
export function loadStack(_options: { assemblyDirectory: string; stackName?: string; origin: string }): Stack {
  throw new Error('not there yet');
}

/** A stack from a template at hand, for tests and for other tools. `codeDirectories`: logical id → folder. @throws BrokenStack */
export function stackFromTemplate(_options: {
  template: unknown;
  name: string;
  origin: string;
  codeDirectories?: Readonly<Record<string, string>>;
}): Stack {
  throw new Error('not there yet');
}
