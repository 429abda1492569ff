/**
 * A value of a template as text, the way that cdk-nag writes it: `arn:<AWS::Partition>:iam::1:root`, `<Table.Arn>`. The hash
 * that CDK puts behind a logical id is left out, unless it is asked for: cdk-nag has it.
 */
export const policyText = (value: unknown, { hashes = false } = {}): string => {
  const name = (id: string) => (hashes ? id : id.replace(/(?<=.)[0-9A-F]{8}$/, ''))
  if (typeof value !== 'object' || value === null) return String(value)
  if ('Ref' in value) return `<${name(String(value.Ref))}>`
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string]
    return `<${name(id)}.${attribute}>`
  }
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]]
    return parts.map((part) => policyText(part, { hashes })).join(separator)
  }
  if ('Fn::Sub' in value && typeof value['Fn::Sub'] === 'string')
    return value['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_, id: string) => `<${name(id)}>`)
  return JSON.stringify(value)
}
