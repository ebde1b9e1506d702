/** A resource of the template, with intrinsic functions resolved and AWS hosts replaced by local ones. */
export interface Resource {
  /**
   * Where one stack is served, its logical id. Where several are, `Stack/LogicalId`. In a nested stack, the logical id of the nested stack is in
   * between: `Nested/LogicalId`.
   */
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  /** The construct's path in its stack as CDK writes it into templates, like `Api/Default`. */
  readonly path?: string;
}

/** One of the CloudFormation stacks that are served. */
export interface ServedStack {
  readonly name: string;
  /** What its resources' logical ids have in front: empty, or like `Web/`. */
  readonly prefix: string;
  readonly isNested: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The CloudFormation stacks that are served, with all values resolved, as in an account. Unknown logical ids throw `BrokenStack`. */
export interface Stack {
  /** The names of the app's stacks, like `Data, Web`. */
  readonly name: string;
  /** Each after those that it depends on, and before those that are nested in it. */
  readonly stacks: readonly ServedStack[];
  /** The stack's `env`, which its ARNs, hosts and signatures have. */
  readonly region: string;
  readonly account: string;
  /** All of them, in the order of the template. */
  readonly resources: readonly Resource[];
  find(logicalId: string): Resource | undefined;
  ofType(type: string): readonly Resource[];
  /** The functions that run locally: those in Node.js. CDK adds some in Python, which only carry out a deployment. */
  readonly functions: readonly Resource[];
  /** The physical id, which `Ref` gives. It depends only on the stack's name, the logical id, and for user pools on the data folder. */
  ref(logicalId: string): string;
  arn(logicalId: string): string;
  /** What `Fn::GetAtt` gives, with AWS's hosts. Undefined for an attribute that is not known here. */
  attribute(logicalId: string, name: string): string | undefined;
  /** Finds a resource by its physical id, ARN or another attribute that names it (a stream's ARN finds its table). */
  byPhysicalId(type: string, id: string): Resource | undefined;
  /** The folder of a function's code. */
  codeDirectory(functionLogicalId: string): string;
  /** The folder of the asset with this key, `<hash>.zip`. Undefined for a single file. */
  assetDirectory(objectKey: string): string | undefined;
  /** Replaces the stack's own AWS addresses in a text by local ones, as in every property. */
  withLocalAddresses(text: string): string;
  /** Those of the app's stacks, with local addresses. Where several are served, their names are like `Web/Url`. */
  readonly outputs: Readonly<Record<string, string>>;
}
