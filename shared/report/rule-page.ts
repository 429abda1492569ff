import type { Rule } from '../rules/rule.ts'
import { controlOf } from '../rules/rule.ts'

/** A rule as a page of Markdown: what `rules show` prints and docs/rules.md holds. */
export const rulePage = (rule: Rule): string => `## ${controlOf(rule)} ${rule.title}

\`${rule.id}\`, version ${rule.version}, severity ${rule.severity}

${rule.description}

**Why.** ${rule.rationale}

**Audit.** ${rule.audit}

**Remediation.** ${rule.remediation}

**Impact.** ${rule.impact}

**Default.** ${rule.defaultValue}

**Decided by.** ${rule.assert.all.map(conditionWords).join('; ')}. Reasons: \`${rule.reasons.pass}\`, \`${[rule.reasons.fail, ...ownReasons(rule)].join('`, `')}\`.

| framework | version | control | title |
| --- | --- | --- | --- |
${rule.controls.map((one) => `| ${one.framework} | ${one.version} | ${one.control} | ${one.title} |`).join('\n')}

Examples that the rule is tested with:

${rule.examples.map((one) => `- \`${one.status} ${one.reason}\`: ${one.title}`).join('\n')}

References: ${rule.references.map((url) => `<${url}>`).join(', ')}
`

const conditionWords = (condition: Rule['assert']['all'][number]): string => {
  if ('kept' in condition) return `\`${condition.kept}\` is not dropped by auto-TLS`
  return 'equals' in condition
    ? `\`${condition.setting}\` is ${condition.equals}`
    : `\`${condition.setting}\` is set`
}

const ownReasons = (rule: Rule): string[] =>
  rule.assert.all.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))
