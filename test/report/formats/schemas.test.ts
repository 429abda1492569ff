import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub'
import { Ajv, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { asffFindings, reportAsff } from '../../../shared/report/formats/asff.ts'
import { reportJunit } from '../../../shared/report/formats/junit.ts'
import { reportOcsf } from '../../../shared/report/formats/ocsf.ts'
import { reportSarif } from '../../../shared/report/formats/sarif.ts'
import { PAYLOADS } from '../../hostile/payloads.ts'
import { report } from './report.fixture.ts'

const SCHEMAS = join(import.meta.dirname, '../../fixtures/schemas')
const schemaOf = (name: string) => JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8'))
/** The schemas of others hold keywords and patterns of older drafts. */
const LENIENT: Options = { strict: false, unicodeRegExp: false, allErrors: true }

/** An honest report, and one for each hostile text. */
const REPORTS = [
  ['honest text', report()] as const,
  ...Object.entries(PAYLOADS).map(
    ([name, payload]) => [name, report({ text: payload, cluster: payload, detail: payload })] as const,
  ),
]

describe('SARIF', () => {
  // Draft 4 says `id` where later ones say `$id`; nothing else of this schema is another in draft 7.
  const { id: _, $schema: __, ...schema } = schemaOf('sarif-2.1.0-rtm.5.json')
  const ajv = new Ajv(LENIENT)
  addFormats.default(ajv)
  const isSarif = ajv.compile(schema)

  it.each(REPORTS)('is what its schema says: %s', (_, made) => {
    isSarif(JSON.parse(reportSarif(made)))
    expect(isSarif.errors).toBe(null)
  })

  it('is refused where it is not', () => {
    expect(isSarif({ ...JSON.parse(reportSarif(report())), version: '2.0' })).toBe(false)
  })

  it('has a result for each verdict, and tells what was not assessed', () => {
    const [run] = JSON.parse(reportSarif(report())).runs
    expect(run.results.map((each: { kind: string; level: string }) => `${each.kind} ${each.level}`)).toEqual([
      ...['pass none', 'fail error', 'fail error', 'open none', 'notApplicable none', 'pass none'],
    ])
    expect(run.results[2].suppressions).toMatchObject([{ status: 'accepted' }])
    expect(run.results[1]).not.toHaveProperty('suppressions')
    for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
    expect(run.invocations[0].executionSuccessful).toBe(false)
    expect(run.invocations[0].toolExecutionNotifications).toHaveLength(2)
  })
})

describe('OCSF', () => {
  const ajv = new Ajv2020(LENIENT)
  addFormats.default(ajv)
  const isFinding = ajv.compile(schemaOf('ocsf-1.6.0-compliance-finding.json'))
  const eventsOf = (made: ReturnType<typeof report>) =>
    reportOcsf(made)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  it.each(REPORTS)('is what its schema says: %s', (_, made) => {
    for (const event of eventsOf(made)) {
      isFinding(event)
      expect(isFinding.errors).toBe(null)
    }
  })

  it('is refused where it is not', () => {
    expect(isFinding({ ...eventsOf(report())[0], class_uid: undefined })).toBe(false)
  })

  it('closes on recovery and on departure, and says what is waived', () => {
    const events = eventsOf(report())
    const seen = events.map((each) => [each.activity_name, each.status, each.compliance.status].join(' '))
    expect(seen).toEqual([
      ...['Close Resolved Pass', 'Create New Fail', 'Create Suppressed Fail', 'Create New Warning'],
      ...['Create Resolved Not applicable', 'Create Resolved Pass', 'Close Archived Fail'],
    ])
    expect(events[0]).toMatchObject({
      type_uid: 200303,
      time: Date.parse('2026-01-10T12:00:00.000Z'),
      finding_info: { created_time: Date.parse('2026-01-01T12:00:00.000Z') },
    })
  })
})

describe('ASFF', () => {
  /** What the SDK would send: it leaves out every member that the API does not have. */
  const sent = async (findings: AwsSecurityFinding[]): Promise<unknown> => {
    let body = ''
    const client = new SecurityHubClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      requestHandler: {
        handle: async ({ body: sent }: { body: Uint8Array }) => {
          body = new TextDecoder().decode(sent)
          throw new Error('not sent')
        },
      } as never,
      maxAttempts: 1,
    })
    await client.send(new BatchImportFindingsCommand({ Findings: findings })).catch(() => {})
    return JSON.parse(body).Findings
  }

  it.each(REPORTS)(
    'has only members that the API has, and goes through the SDK whole: %s',
    async (_, made) => {
      const findings: AwsSecurityFinding[] = asffFindings(made)
      expect(await sent(findings)).toEqual(JSON.parse(reportAsff(made)))
    },
  )

  it('keeps what the API takes of lengths, and nothing empty', () => {
    for (const [, made] of REPORTS)
      for (const finding of asffFindings(made)) {
        expect(finding.Title.length).toBeLessThanOrEqual(256)
        expect(finding.Description.length).toBeLessThanOrEqual(1024)
        expect(finding.Remediation.Recommendation.Text.length).toBeLessThanOrEqual(512)
        expect(JSON.stringify(finding)).not.toContain('""')
        for (const value of Object.values(finding.ProductFields))
          expect(value.length).toBeLessThanOrEqual(2048)
      }
  })

  it('moves to PASSED under the same id, created and updated as the history says', () => {
    const [recovered] = asffFindings(report())
    expect(recovered).toMatchObject({
      Id: 'fleet-scanner/111111111111/eu-central-1/i-a/etcd-auto-tls-disabled',
      CreatedAt: '2026-01-01T12:00:00.000Z',
      UpdatedAt: '2026-01-10T12:00:00.000Z',
      LastObservedAt: '2026-01-31T12:05:00.000Z',
      Compliance: { Status: 'PASSED' },
      RecordState: 'ACTIVE',
    })
    const before = report(
      {},
      { findings: report().findings.map((each) => ({ ...each, status: 'FAIL' as const })) },
    )
    expect(asffFindings(before)[0]).toMatchObject({ Id: recovered?.Id, Compliance: { Status: 'FAILED' } })
  })

  it('archives what has left, and does not say that it was seen where it was not', () => {
    const findings = asffFindings(report())
    expect(findings.at(-1)).toMatchObject({
      RecordState: 'ARCHIVED',
      Compliance: { Status: 'FAILED' },
      CreatedAt: '2026-01-02T12:00:00.000Z',
    })
    expect(findings[5]).not.toHaveProperty('LastObservedAt')
    expect(findings.map(({ Compliance }) => Compliance.Status)).toEqual([
      ...['PASSED', 'FAILED', 'FAILED', 'WARNING', 'NOT_AVAILABLE', 'PASSED', 'FAILED'],
    ])
  })

  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eu-west-1', 'aws'],
  ])('names the partition of %s', (region, partition) => {
    const [one] = report().findings
    if (!one) throw new Error('there is no finding')
    const [finding] = asffFindings(report({}, { findings: [{ ...one, region }] }))
    expect(finding?.ProductArn).toBe(
      `arn:${partition}:securityhub:${region}:111111111111:product/111111111111/default`,
    )
  })
})

const lint = (xml: string) =>
  spawnSync('xmllint', ['--nonet', '--noout', '--schema', join(SCHEMAS, 'jenkins-junit.xsd'), '-'], {
    input: xml,
    encoding: 'utf8',
  })
const hasXmllint = spawnSync('xmllint', ['--version']).error === undefined
if (!hasXmllint)
  process.stderr.write('xmllint (libxml2-utils) is not here: JUnit is not held against its schema\n')

describe.skipIf(!hasXmllint)('JUnit', () => {
  it.each(REPORTS)('is what its schema says: %s', (_, made) => {
    const { stderr, status } = lint(reportJunit(made))
    expect(stderr).toBe('- validates\n')
    expect(status).toBe(0)
  })

  it('is refused where it is not', () => {
    expect(lint(reportJunit(report()).replace('<failure ', '<fault ')).status).not.toBe(0)
  })
})
