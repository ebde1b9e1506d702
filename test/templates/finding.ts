/** What a checker of templates says about one resource. */
export interface Finding {
  /** The checker's own name of its rule: `CKV_AWS_116`, `W3005`, `Serverless-LambdaDLQ`. */
  readonly rule: string;
  /** Where: the template and the logical id, or the construct's path. */
  readonly resource: string;
  readonly message: string;
}
