/**
 * A value of a template as text, the way that cdk-nag writes it: `arn:<AWS::Partition>:iam::1:root`, `<Table.Arn>`. The hash
 * that CDK puts behind a logical id is left out.
 */
export const policyText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value)
  if ('Ref' in value) return `<${withoutHash(String(value.Ref))}>`
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string]
    return `<${withoutHash(id)}.${attribute}>`
  }
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]]
    return parts.map(policyText).join(separator)
  }
  if ('Fn::Sub' in value && typeof value['Fn::Sub'] === 'string')
    return value['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_, id: string) => `<${withoutHash(id)}>`)
  return JSON.stringify(value)
}

const withoutHash = (id: string): string => id.replace(/(?<=.)[0-9A-F]{8}$/, '')
