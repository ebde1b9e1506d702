/** What a template says of the table, as it is now. */
export interface NamedTable {
  readonly name: string;
  readonly arn: string;
  readonly streamArn: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly [property: string]: unknown }>>;
  readonly [section: string]: unknown;
}

/**
 * The template without its table: wherever it is named, its name, ARN or stream stand instead. CloudFormation then lets go of the table, which is
 * retained, and can import another one in its place.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-resolve-drift.html
 * @throws Error when there is no such table, or something refers to it in another way
 */
export function withoutTable(template: Template, table: NamedTable): { template: Template; logicalId: string } {
  const [found, ...others] = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::DynamoDB::Table',
  );
  if (!found || others.length > 0)
    throw new Error('unable to take the table out of the template; it has not exactly one');
  const [logicalId] = found;
  const { [logicalId]: _table, ...Resources } = template.Resources;
  const values: Readonly<Record<string, string>> = { Arn: table.arn, StreamArn: table.streamArn };

  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value
        .replaceAll(`\${${logicalId}}`, table.name)
        .replaceAll(`\${${logicalId}.Arn}`, table.arn)
        .replaceAll(`\${${logicalId}.StreamArn}`, table.streamArn);
    }
    if (Array.isArray(value)) return value.filter((member) => member !== logicalId).map(replace);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::GetAtt': attribute, DependsOn, ...rest }: Record<string, unknown> = { ...value };
    if (Ref === logicalId) return table.name;
    if (Array.isArray(attribute) && attribute[0] === logicalId) {
      const known = values[String(attribute[1])];
      if (known === undefined) throw new Error(`unable to say what ${attribute.join('.')} of the table is`);
      return known;
    }
    const members = Object.entries(rest).map(([name, member]) => [name, replace(member)]);
    return {
      ...Object.fromEntries(members),
      ...(Ref !== undefined && { Ref }),
      ...(attribute !== undefined && { 'Fn::GetAtt': attribute }),
      ...(DependsOn !== undefined && DependsOn !== logicalId && { DependsOn: replace(DependsOn) }),
    };
  };
  const { Resources: _all, ...sections } = template;
  const rest = Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, replace(section)]));
  const resources = Object.fromEntries(
    Object.entries(Resources).map(([id, resource]) => [id, { ...Object(replace(resource)), Type: resource.Type }]),
  );
  return { template: { ...rest, Resources: resources }, logicalId };
}
