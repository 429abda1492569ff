import { XMLBuilder } from 'fast-xml-parser'
import { nodeKey } from '../../findings/records.ts'
import type { AuditControl } from '../audit-controls.ts'
import type { AuditFinding } from '../audit-findings.ts'
import type { AuditInstance } from '../audit-population.ts'
import type { AuditReport } from '../audit-report.ts'
import { plainText } from '../plain-text.ts'
import { proofLines, waivedText } from './proof.ts'

type Said = { '@message': string; '@type'?: string; '#text'?: string }
type Case = { '@name': string; '@classname': string; failure?: Said; error?: Said; skipped?: string }

/**
 * A test suite for each rule, and in it a test case for each instance. Only a failure that nobody has waived is a
 * `failure`; what is not known, also because the instance was not assessed, is an `error`, whatever an earlier verdict was.
 */
export const reportJunit = (report: AuditReport): string => {
  const findings = new Map(report.findings.map((each) => [`${nodeKey(each)}#${each.ruleId}`, each]))
  const suites = report.controls
    .filter(({ automated }) => automated)
    .map((control) => {
      const cases = report.population.map((instance) =>
        testCase(control, instance, findings.get(`${nodeKey(instance)}#${control.ruleId}`)),
      )
      return {
        '@name': plainText(`${control.control} ${control.title}`),
        ...countsOf(cases),
        '@timestamp': report.scan.closedAt.slice(0, 19),
        testcase: cases,
      }
    })
  return new XMLBuilder({
    ...{ ignoreAttributes: false, attributeNamePrefix: '@', format: true, suppressEmptyNode: true },
  }).build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': 'fleet-scanner',
      ...countsOf(
        suites.flatMap(({ testcase }) => testcase),
        false,
      ),
      testsuite: suites,
    },
  })
}

const countsOf = (cases: Case[], skips = true) => ({
  '@tests': cases.length,
  '@failures': cases.filter(({ failure }) => failure).length,
  '@errors': cases.filter(({ error }) => error).length,
  ...(skips && { '@skipped': cases.filter(({ skipped }) => skipped).length }),
})

const testCase = (
  { ruleId = '' }: AuditControl,
  instance: AuditInstance,
  finding: AuditFinding | undefined,
): Case => ({
  '@name': plainText(nodeKey(instance)),
  '@classname': plainText(ruleId),
  ...outcomeOf(instance, finding),
})

const outcomeOf = (
  { state, why = '', detail }: AuditInstance,
  finding: AuditFinding | undefined,
): Pick<Case, 'failure' | 'error' | 'skipped'> => {
  if (state === 'unreachable' || state === 'unmanaged')
    return {
      error: {
        '@message': plainText(
          `not assessed (${state}${detail === undefined ? '' : `, ${detail}`}): ${why}`,
          500,
        ),
        '@type': state,
        ...(finding && {
          '#text': `the last verdict, of before, is ${finding.status} ${plainText(finding.reason)}`,
        }),
      },
    }
  if (state !== 'assessed') return { skipped: plainText(`${state}: ${why}`) }
  if (!finding) return { skipped: 'there is no verdict: the rule was not judged by' }
  const message = plainText(finding.message, 500)
  const waived = waivedText(finding)
  if (waived !== undefined) return { skipped: `FAIL ${waived}; ${message}` }
  const said = {
    '@message': message,
    '@type': plainText(finding.reason),
    '#text': proofLines(finding).join('\n'),
  }
  if (finding.status === 'FAIL') return { failure: said }
  if (finding.status === 'ERROR') return { error: said }
  return finding.status === 'NOT_APPLICABLE' ? { skipped: `not applicable: ${message}` } : {}
}
