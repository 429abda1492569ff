import type { Template } from './member-templates.ts'
import { type Statement, statementsOf } from './permissions.ts'
import { purposeOf } from './purposes.ts'
import { WILDCARD_REASONS } from './wildcard-reasons.ts'
import { WILDCARDS } from './wildcards.ts'

/** The text of docs/permissions.md. `templates`: by title, in their order. */
export const permissionsPage = (templates: Record<string, Template>): string => `# Permissions

<!-- Made by \`npm run docs\` from the templates of samples/every-setting.yaml. -->

Every role and every policy that fleet-scanner makes, read from its own templates. They were synthesized from
[samples/every-setting.yaml](../samples/every-setting.yaml); yours differ in accounts, regions and tags. \`<...>\` is filled in by
CloudFormation; \`HASH\` is the beginning of the collector's SHA-256. \`query-findings\`, \`EvidenceBucketPolicy\` with the right to write
seals, and \`...-security-hub\` are there only where \`api\`, \`evidenceBucket\` and \`securityHub\` are configured.

No statement allows an action by a wildcard, no role has a managed policy, and no policy names AWS-RunShellScript.
\`test/infra/least-privilege.test.ts\` holds the templates to that, and to exactly the statements below;
\`npm run mutate:template\` takes each of them out in turn and expects a test to fail.

## Calls that are allowed on every resource

${table(
  ['call', 'why on `*`', 'written in'],
  Object.entries(WILDCARDS).map(([action, { reason, source }]) => [
    code(action),
    reason,
    `[${title(source)}](${source})`,
  ]),
)}

## Resources that are named by a pattern

${table(
  ['pattern', 'statement', 'why'],
  patterns(Object.values(templates).flatMap(statementsOf)).map(({ pattern, sids, why }) => [
    code(pattern),
    lines(sids),
    why,
  ]),
)}

${LIMITS}
${Object.entries(templates)
  .map(([name, template]) => section(name, template))
  .join('\n')}`

const patterns = (statements: Statement[]): { pattern: string; sids: string[]; why: string }[] => {
  const found = new Map<string, { pattern: string; sids: string[]; why: string }>()
  for (const { effect, kind, sid = '', resources } of statements)
    for (const pattern of effect === 'Allow' && kind === 'rights' ? resources : []) {
      if (!/[*?]/.test(pattern) || pattern === '*') continue
      const why = WILDCARD_REASONS[sid.replace(/\d+$/, '')]
      if (why === undefined) throw new Error(`${sid}: no reason is written down for ${pattern}`)
      const sids = found.get(pattern)?.sids ?? []
      found.set(pattern, { pattern, sids: [...new Set([...sids, sid])], why })
    }
  return [...found.values()]
}

const LIMITS = `## What IAM cannot say

- **Keys of tags have no case in a condition.** \`aws:ResourceTag/Role\` is also true of an instance whose tag is called
  \`role\`. The inventory compares with case: such an instance may be sent to, and is not. The other way round, a tag that
  differs from the opt-out tag in case alone makes IAM refuse an instance that the inventory lists.
- **A key with an open end cannot be a condition.** Of \`{ Role: server, "kubernetes.io/cluster/*": "*" }\` (the preset
  \`rke2\`) only \`Role\` stands in the policy; the inventory asks for both. A selector that has nothing else is refused when
  the templates are made: it would open every instance.
- **One role an account.** Where targets of one account select differently in different regions, each selector's
  statement names its own regions.
- **A policy of 10,240 characters at most.** A configuration that needs more is refused, with what to do.
`

const section = (name: string, template: Template): string => {
  const statements = statementsOf(template)
  const owners = [...new Set(statements.map(({ of }) => of))]
  if (owners.length === 0) return `## ${name}\n\n${template.Description ?? ''}. It holds no policy.\n`
  return [
    `## ${name}\n\n${template.Description ?? ''}.\n`,
    ...owners.map((of) =>
      owner(
        of,
        statements.filter((each) => each.of === of),
      ),
    ),
  ].join('\n')
}

const owner = (of: string, statements: Statement[]): string => {
  const trust = statements.filter(({ kind }) => kind === 'trust')
  const rest = statements.filter(({ kind }) => kind !== 'trust')
  return [
    `### ${of}\n`,
    ...trust.map(
      (each) => `${purposeOf(each)}\n\n${conditions(each, ['principal', ...each.principals.map(code)])}\n`,
    ),
    ...(rest.length > 0
      ? [`${table(['what', isOnResource(rest) ? 'by' : 'on', 'if', 'for'], rest.map(row))}\n`]
      : []),
  ].join('\n')
}

const isOnResource = ([first]: Statement[]): boolean => first?.kind === 'resource'

const row = (statement: Statement): string[] => [
  `${statement.effect === 'Deny' ? '**never** ' : ''}${lines(statement.actions)}`,
  lines(statement.kind === 'resource' ? statement.principals : statement.resources),
  Object.entries(statement.conditions)
    .map(([key, values]) => `${code(key)}: ${values.map(code).join(' or ')}`)
    .join('<br>'),
  purposeOf(statement),
]

const conditions = ({ conditions }: Statement, [label = '', ...values]: string[]): string =>
  [
    `- ${label}: ${values.join(', ')}`,
    ...Object.entries(conditions).map(([key, each]) => `- ${code(key)}: ${each.map(code).join(' or ')}`),
  ].join('\n')

const lines = (texts: string[]): string => texts.map(code).join('<br>')

const code = (text: string): string => `\`${text.replace(/(?<=FleetScanner-Collect-)[0-9a-f]{12}/, 'HASH')}\``

const title = (source: string): string => source.replace(/^.*list_|\.html$/g, '')

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
