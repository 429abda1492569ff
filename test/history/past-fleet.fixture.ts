import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import type { Status } from '../../shared/findings/finding.ts'
import type { Node, Transition } from '../../shared/findings/records.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import type { Assessment, Store } from '../../shared/store/store.ts'
import { assessment, at, finding, node, scanRecord, sighting } from '../store/fleet.fixture.ts'

export const RULES = ['rule-a', 'rule-b'] as const
export const NODES: Node[] = [node('i-0'), node('i-1'), node('i-2', '222222222222', 'us-east-1')]

type Verdict = { status: Status; reason: string; message: string; severity: 'high' | 'low' }
/** What a scan sees of an instance: its verdicts, of one rule or of both, on which evidence; or that it is gone or silent. */
type Sight =
  | { verdicts: Verdict[]; evidence: string; engine: string; judgedAgain?: Verdict[] }
  | 'retired'
  | 'left-scope'
  | 'unreachable'

/** Two reasons for each status, so that a reason changes alone; texts and weights that change alone, too. */
const verdict: fc.Arbitrary<Verdict> = fc.record({
  status: fc.constantFrom<Status>('PASS', 'FAIL', 'FAIL', 'ERROR', 'NOT_APPLICABLE'),
  reason: fc.constantFrom('ONE', 'OTHER'),
  message: fc.constantFrom('so it is', 'so it is, said otherwise'),
  severity: fc.constantFrom('high' as const, 'low' as const),
})
const verdicts = fc.array(verdict, { minLength: 1, maxLength: RULES.length })
const sight: fc.Arbitrary<Sight | undefined> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record<Exclude<Sight, string>>(
      {
        verdicts,
        evidence: fc.constantFrom('facts', 'other facts', 'more facts'),
        engine: fc.constantFrom('1', '1', '2'),
        judgedAgain: verdicts,
      },
      { requiredKeys: ['verdicts', 'evidence', 'engine'] },
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom<Sight>('retired', 'left-scope', 'unreachable') },
  { weight: 2, arbitrary: fc.constant(undefined) },
)
export const scans = fc.array(fc.tuple(sight, sight, sight), { minLength: 1, maxLength: 7 })

/** Ten minutes lie between two scans; `afterScan` does what others do in between. */
export const lived = async (
  store: Store,
  seen: (Sight | undefined)[][],
  afterScan: (n: number) => Promise<void> = async () => {},
): Promise<void> => {
  for (const [n, sights] of seen.entries()) {
    const scanId = scanIdOf(at(n * 10))
    await store.openScan(scanRecord(scanId, n * 10))
    for (const [i, each] of sights.entries()) {
      const of = NODES[i] as Node
      if (each === undefined) continue
      if (typeof each === 'string') await store.applySightings(scanId, at(n * 10 + 1), [sighting(of, each)])
      // A step that runs twice may bring another verdict the second time.
      else
        for (const given of [each.verdicts, each.judgedAgain ?? []].filter(({ length }) => length > 0))
          await store.applyAssessments(scanId, at(n * 10 + 1), [judged(of, each, given)])
    }
    await store.closeScan(scanId, { status: 'closed', closedAt: at(n * 10 + 2) })
    await afterScan(n)
  }
}

const judged = (of: Node, { evidence, engine }: Exclude<Sight, string>, given: Verdict[]): Assessment => {
  const findings = given.map(({ status, reason, ...more }, i) =>
    finding(status, `${status} ${reason}`, { ruleId: RULES[i] ?? '', ...more }),
  )
  const of2 = { cluster: 'harbour', evidenceText: evidence, engineVersion: engine }
  return assessment(of, findings, { ...of2, fingerprint: `${evidence} ${JSON.stringify(given)}` })
}

type Item = Record<string, unknown> & { pk: string; sk: string }

/** Makes of a table what the version before has left: no item says what its change brought, no change what it supersedes. */
export const madeOlder = async (
  client: DynamoDBDocumentClient,
  table: string,
  items: Item[],
): Promise<void> => {
  for (const { supersedes: _, ...item } of items) {
    if (!/^[FH]#/.test(item.sk)) continue
    const { brought: __, ...change } = (item.change ?? {}) as Record<string, unknown>
    const Item = { ...item, ...(item.change !== undefined && { change }) }
    await client.send(new PutCommand({ TableName: table, Item }))
  }
}

/** The definition: of all transitions in the table, the last of each finding at or before a moment, if that did not close it. */
export const plainly = (items: Item[], moment: string): Transition[] => {
  const transitions = items
    .filter(({ sk }) => sk.startsWith('H#'))
    .map(({ pk, sk: _, listKey, listSort, expiresAt, supersedes, ...rest }) => {
      const [account = '', region = '', instanceId = ''] = pk.slice('NODE#'.length).split('/')
      return { account, region, instanceId, ...rest } as Transition
    })
  const last = new Map<string, Transition>()
  for (const each of transitions.filter((one) => one.at <= moment)) {
    const key = `${each.account}/${each.region}/${each.instanceId}#${each.ruleId}`
    if ((last.get(key)?.at ?? '') < each.at) last.set(key, each)
  }
  return [...last.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, each]) => (each.closed === undefined ? [each] : []))
}
