import { readFileSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { allTemplates } from '../infra/all-templates.ts'
import { permissionsPage } from '../infra/permissions-page.ts'
import { apiDescription } from '../shared/api/description.ts'
import { configJsonSchema } from '../shared/config/json-schema.ts'
import { parseConfig } from '../shared/config/parse-config.ts'
import { CAVEATS, type Reason, reasons } from '../shared/findings/reasons.ts'
import { digestJsonSchema } from '../shared/report/digest-schema.ts'
import { rulePage } from '../shared/report/rule-page.ts'
import { judge } from '../shared/rules/judge.ts'
import { loadRules } from '../shared/rules/load.ts'
import { controlOf } from '../shared/rules/rule.ts'
import { costPage } from './cost-page.ts'
import { slackPicture } from './slack-picture.ts'

const SAMPLE = 'samples/every-setting.yaml'

/** The pages that are made from the code's own data, by path. `npm run docs` writes them; a test compares them. */
export const generatedPages = (): Record<string, string> => ({
  'docs/rules.md': rulesPage(),
  'docs/verdicts.md': verdictsPage(),
  'docs/cost.md': costPage(),
  'docs/fleet-scanner.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'docs/digest.schema.json': `${JSON.stringify(digestJsonSchema(), null, 2)}\n`,
  'docs/openapi.json': `${JSON.stringify(apiDescription(), null, 2)}\n`,
  'docs/slack.svg': slackPicture(),
  'docs/permissions.md': permissionsPage(documentedTemplates()),
})

/** Member stacks that come with the scanner, in its own account, are those of other accounts once more. */
const documentedTemplates = () =>
  Object.fromEntries(
    Object.entries(allTemplates(parseConfig(readFileSync(SAMPLE, 'utf8'), SAMPLE))).filter(
      ([name]) => !name.startsWith('fleet-scanner-member'),
    ),
  )

const rulesPage = (): string => `# Rules

<!-- Made by \`npm run docs\` from shared/rules/*.yaml. -->

Each rule is one YAML file; \`fleet-scanner rules validate\` checks it, and that it judges its own examples as it says. The
verdicts and reasons are explained in [verdicts.md](verdicts.md).

${loadRules()
  .toSorted((a, b) => controlOf(a).localeCompare(controlOf(b), 'en', { numeric: true }))
  .map(rulePage)
  .join('\n')}`

const verdictsPage = (): string => `# Verdicts

<!-- Made by \`npm run docs\` from shared/findings/reasons.yaml; the examples are judged when it is made. -->

A finding has a **status**, a **reason** (a stable code, listed here), a message, and **caveats**.

| status | means |
| --- | --- |
| \`PASS\` | decided: every etcd on the host is as the rule wants it |
| \`FAIL\` | decided: an etcd that runs, or that a manifest declares, is not |
| \`ERROR\` | could not be decided; it is never taken as a PASS |
| \`NOT_APPLICABLE\` | proved: the rule has nothing to judge on this host |

Beside the status stand what is \`running\`, what is \`declared\` (the manifest: what runs after the next restart) and the
\`effect\` (what the client port serves, and whether a client needs a certificate). Two etcds on a host are one finding: the
worst decides, and each is listed. Where etcd's version is not known it is taken as 3.4 or later.

## Reasons

${reasons().map(reasonSection).join('\n')}
## Caveats

| caveat | means |
| --- | --- |
${Object.entries(CAVEATS)
  .map(([code, means]) => `| \`${code}\` | ${means} |`)
  .join('\n')}
`

const reasonSection = ({
  code,
  rule = 'etcd-auto-tls-disabled',
  status,
  means,
  do: mend,
  example,
}: Reason): string => {
  const head = `### ${code}\n\n\`${status}\`. ${means}\n\nWhat to do: ${mend}\n`
  if (!example) return head
  const rules = loadRules().filter(({ id }) => id === rule)
  const message = judge({ schemaVersion: 1, ...example }, rules)[0]?.message ?? ''
  return `${head}\n\`\`\`yaml\n${stringify(example, { lineWidth: 110, collectionStyle: 'any' }).trim()}\n\`\`\`\n\n> ${message}\n`
}

if (import.meta.main) for (const [path, text] of Object.entries(generatedPages())) writeFileSync(path, text)
