import type { Context, Hono } from 'hono'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import { type Caller, callerOf } from './caller.ts'
import type { Admit } from './lambda.ts'

/** What the embedded account's Security Hub is told to do otherwise than to take what it is sent. */
export type HubBehaviour = {
  /** Where it is not enabled; without a region, in all of the account's. */
  off: { account: string; region?: string | undefined }[]
  /** Findings that it refuses: those with any of these texts in their id. */
  rejects: string[]
}

/** A finding as it stands there. */
export type HubFinding = z.output<typeof findingSchema>

type FailedFinding = { Id: string; ErrorCode: string; ErrorMessage: string }

export type SecurityHub = {
  /** What BatchImportFindings answers. Throws AwsError. */
  importFindings(
    caller: Caller,
    body: string,
  ): { FailedCount: number; SuccessCount: number; FailedFindings: FailedFinding[] }
  /** What it holds and has not deleted, by id. */
  findings(): HubFinding[]
}

/** https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html and the page on it in the user guide. */
const MOST_FINDINGS = 100
const MOST_BYTES = 240 * 1024
const MOST_BATCH_BYTES = 6 * 1024 * 1024

const DAY_MS = 86_400_000
/** https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings.html */
const KEEPS_DAYS = { ACTIVE: 90, ARCHIVED: 30 }

const text = (most: number) => z.string().regex(/\S/).max(most)
const time = z.iso.datetime({ offset: true })
const severity = z.looseObject({ Label: z.enum(['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']) })

/** The attributes that every finding has to have, and the lengths of those that a provider writes freely. */
const findingSchema = z.looseObject({
  SchemaVersion: z.literal('2018-10-08'),
  Id: text(512),
  ProductArn: text(2048),
  GeneratorId: text(512),
  AwsAccountId: z.string().regex(/^\d{12}$/),
  Region: z.string().optional(),
  Types: z.array(text(2048)).max(50),
  FindingProviderFields: z.looseObject({ Severity: severity, Types: z.array(text(2048)).max(50) }).optional(),
  CreatedAt: time,
  UpdatedAt: time,
  FirstObservedAt: time.optional(),
  LastObservedAt: time.optional(),
  Severity: severity,
  Title: text(256),
  Description: text(1024),
  ProductFields: z
    .record(text(128), text(2048))
    .refine((fields) => Object.keys(fields).length <= 50)
    .optional(),
  Resources: z
    .array(z.looseObject({ Type: text(256), Id: text(512) }))
    .min(1)
    .max(32),
  Compliance: z
    .looseObject({ Status: z.enum(['PASSED', 'WARNING', 'FAILED', 'NOT_AVAILABLE']).optional() })
    .optional(),
  RecordState: z.enum(['ACTIVE', 'ARCHIVED']).default('ACTIVE'),
})
const requestSchema = z.strictObject({
  Findings: z.array(z.looseObject({ Id: z.string(), ProductArn: z.string(), AwsAccountId: z.string() })),
})

/** Security Hub for BatchImportFindings alone, with what AWS documents that it refuses, ignores and deletes. In memory. */
export const securityHub = ({ off, rejects }: HubBehaviour, now: () => Date): SecurityHub => {
  const known = new Map<string, HubFinding>()
  const isKept = ({ UpdatedAt, RecordState }: HubFinding): boolean =>
    now().getTime() - Date.parse(UpdatedAt) < KEEPS_DAYS[RecordState] * DAY_MS

  const take = (finding: HubFinding): void => {
    const before = known.get(finding.Id)
    // An update that is not newer is ignored, and counts as taken.
    if (before && isKept(before) && Date.parse(finding.UpdatedAt) <= Date.parse(before.UpdatedAt)) return
    known.set(finding.Id, finding)
  }

  return {
    importFindings: ({ account, region }, body) => {
      if (off.some((each) => each.account === account && (each.region ?? region) === region))
        throw new AwsError(
          'InvalidAccessException',
          `Account ${account} is not subscribed to AWS Security Hub`,
          401,
        )
      const given = requested(body)
      const ids = new Set<string>()
      const failed: FailedFinding[] = []
      for (const each of given) checkPlace(each, account, region)
      for (const each of given) {
        const problem = ids.has(each.Id) ? DUPLICATE : problemOf(each, rejects)
        ids.add(each.Id)
        if (problem) failed.push({ Id: each.Id, ErrorCode: problem[0], ErrorMessage: problem[1] })
        else take(findingSchema.parse(each))
      }
      return {
        ...{ FailedCount: failed.length, SuccessCount: given.length - failed.length },
        FailedFindings: failed,
      }
    },
    findings: () => [...known.values()].filter(isKept).sort((a, b) => (a.Id < b.Id ? -1 : 1)),
  }
}

type Given = z.output<typeof requestSchema>['Findings'][number]

const DUPLICATE = ['DuplicatedFindingIdentifier', 'Finding Identifier is duplicated'] as const

const requested = (body: string): Given[] => {
  const given = parsed(body)
  const blank = blankIn(given)
  if (blank !== undefined)
    throw new AwsError('InvalidInputException', `Invalid parameter '${blank}': blank text`)
  const checked = requestSchema.safeParse(given)
  if (!checked.success) throw new AwsError('InvalidInputException', z.prettifyError(checked.error))
  const { Findings } = checked.data
  if (Findings.length < 1 || Findings.length > MOST_FINDINGS)
    throw new AwsError('InvalidInputException', `Findings must hold 1 to ${MOST_FINDINGS} findings`)
  if (Buffer.byteLength(body) > MOST_BATCH_BYTES)
    throw new AwsError('InvalidInputException', 'the request is larger than 6 MB')
  return Findings
}

/**
 * Where a text has nothing in it: the service's model gives every text the pattern `.*\S.*`, and one that breaks it has the
 * whole request refused, before any finding is looked at.
 */
const blankIn = (value: unknown, path = ''): string | undefined => {
  if (typeof value === 'string') return /\S/.test(value) ? undefined : path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = blankIn(inner, path === '' ? name : `${path}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw new AwsError('InvalidInputException', 'the body is not JSON')
  }
}

/** One finding of another account, region or product has the whole request refused as if a right were missing. */
const checkPlace = ({ ProductArn, AwsAccountId }: Given, account: string, region: string): void => {
  const own = new RegExp(`^arn:aws[a-z-]*:securityhub:${region}:${account}:product/${account}/default$`)
  if (own.test(ProductArn) && AwsAccountId === account) return
  throw new AwsError(
    'AccessDeniedException',
    `the caller is not authorized to perform: securityhub:BatchImportFindings on resource: ${ProductArn}`,
    403,
  )
}

const problemOf = (given: Given, rejects: string[]): readonly [code: string, message: string] | undefined => {
  if (Buffer.byteLength(JSON.stringify(given)) > MOST_BYTES)
    return ['FindingSizeExceeded', 'Finding size exceeded 240 KB']
  if (rejects.some((part) => given.Id.includes(part)))
    return ['InvalidInput', 'the embedded account was told to reject it']
  const checked = findingSchema.safeParse(given)
  return checked.success ? undefined : ['InvalidInput', z.prettifyError(checked.error)]
}

/** Its path, and who may call it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html */
export const serveSecurityHub = (app: Hono, hub: SecurityHub, admit: Admit): void => {
  app.post('/findings/import', async (c: Context) => {
    await admit(c, 'BatchImportFindings')
    return c.json(hub.importFindings(callerOf(c.req.header('authorization')), await c.req.text()))
  })
}
