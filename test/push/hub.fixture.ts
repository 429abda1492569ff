import { type HubFinding, securityHub } from '../../local/security-hub.ts'
import { importFindings } from '../../shared/aws/security-hub.ts'
import { mergeLedgers } from '../../shared/push/merge-ledgers.ts'
import type { Ledger } from '../../shared/push/plan-push.ts'
import { type PushDeps, pushTarget } from '../../shared/push/push-target.ts'
import { PushProblem } from '../../shared/push/send-due.ts'
import { type AsffFinding, asffFindings } from '../../shared/report/formats/asff.ts'
import { ROLES } from '../aws/member-roles.fixture.ts'
import { report } from '../report/formats/report.fixture.ts'

export const DAY_MS = 86_400_000
export const START = Date.parse('2026-01-01T06:00:00Z')
export const PLACE = { account: '111111111111', region: 'eu-central-1' }
export const [FIRST] = asffFindings(report())

export type Status = AsffFinding['Compliance']['Status']

/** A finding as the report has it, its verdict changed when `changedAt` says. */
export const finding = (
  n: number,
  status: Status,
  changedAt: number,
  more: Partial<AsffFinding> = {},
): AsffFinding => {
  if (!FIRST) throw new Error('the fixture has no finding')
  const at = new Date(changedAt).toISOString()
  return {
    ...FIRST,
    ...{ Id: `fleet-scanner/f${n}`, UpdatedAt: at, Compliance: { ...FIRST.Compliance, Status: status } },
    ProductFields: { ...FIRST.ProductFields, 'fleet-scanner/ChangedAt': at },
    ...more,
  }
}
export const left = (of: AsffFinding): AsffFinding => ({ ...of, RecordState: 'ARCHIVED' })
export const still = (count: number): AsffFinding[] =>
  Array.from({ length: count }, (_, n) => finding(n, n % 5 === 0 ? 'FAILED' : 'PASSED', START))

/**
 * A Security Hub that follows AWS's rules, with a clock that the test sets, and the memory of what was sent
 * to it, to which two pushes may write at once.
 */
export const hub = (rejects: string[] = []) => {
  let now = new Date(START)
  let isOut = false
  let ledger: Ledger = new Map()
  const service = securityHub({ off: [], rejects }, () => now)
  const caller = { ...PLACE, service: 'securityhub' }
  const client = {
    send: async ({ input }: { input: object }) => {
      try {
        return service.importFindings(caller, JSON.stringify(input))
      } catch (error) {
        throw Object.assign(error as Error, { name: (error as { code: string }).code })
      }
    },
  } as unknown as Parameters<typeof importFindings>[0]
  const deps = {
    ledger: async () => ledger,
    keep: async (_: unknown, next: Ledger, seen: Ledger) => {
      ledger = mergeLedgers(next, ledger, seen)
      return ledger
    },
    send: async (_: unknown, batch: AsffFinding[]) => {
      if (isOut) throw new PushProblem('it is out')
      return importFindings(client, { ...PLACE, roles: ROLES, selectors: [] }, batch)
    },
  }
  return {
    ...deps,
    at: (day: number) => {
      now = new Date(START + day * DAY_MS)
    },
    breakDown: (broken: boolean) => {
      isOut = broken
    },
    push: (findings: AsffFinding[], more: Partial<PushDeps> = {}) => {
      const started = now
      return pushTarget(PLACE, findings, { ...deps, now: () => started, ...more })
    },
    holds: () => service.findings(),
    active: () => service.findings().filter(({ RecordState }) => RecordState === 'ACTIVE'),
    /** What the table holds. */
    remembered: () => ledger,
    remember: (other: Ledger) => {
      ledger = other
    },
  }
}
export const sum = (counts: Record<string, number> | number[]) =>
  Object.values(counts).reduce((all, each) => all + each, 0)
export const idsOf = (findings: { Id: string }[]) => findings.map(({ Id }) => Id).sort()
export const saysOf = ({ Id, Compliance, ProductFields }: HubFinding | AsffFinding) =>
  `${Id} ${Compliance?.Status} ${ProductFields?.['fleet-scanner/ChangedAt']}`
