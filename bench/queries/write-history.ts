import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Status } from '../../shared/findings/finding.ts'
import type { Node } from '../../shared/findings/records.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import { keys, listings } from '../../shared/store/keys.ts'
import { HISTORY_DAYS } from '../../shared/store/table.ts'
import { isEnd } from '../../shared/store/transition-items.ts'

const RULES = ['2.1', '2.2', '2.3', '2.4', '2.5', '2.6'].map((control) => ({
  ruleId: `etcd-rule-${control}`,
  control,
}))
const ACCOUNTS = ['111122223333', '222233334444', '333344445555', '444455556666']
const REGIONS = ['eu-west-1', 'us-east-1']
const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 0, 31, 12)
/** Changes a day in a thousand findings: what makes a long history long is time. */
const CHANGES_A_DAY = 5

type Item = Record<string, unknown>
type Stands = { status: Status; at: string; scanId: string; from?: Status; before?: string }
export type BenchFleet = {
  now: string
  days: number
  transitions: number
  items: number
  nodes: Node[]
  rules: string[]
}

/** What DynamoDB has deleted of old entries that stand a second time. */
const KEPT_DAYS = HISTORY_DAYS

/**
 * Fills a table as scans would have: a scan a day, the items with the keys and listings of the store itself, since a million changes
 * through the scanner would take hours. A finding fails and passes in turn; at the end it stands as its last change left it.
 * `kept`: the scanner was set up so late that it saw only so many of the changes, the newest, to whole days. The fleet is then the same, and so is
 * what it did lately: what is asked of both has the same answer, but for what is older.
 */
export const writeHistory = async (
  client: DynamoDBDocumentClient,
  table: string,
  instances: number,
  changes: number,
  kept = changes,
): Promise<BenchFleet> => {
  const nodes: Node[] = Array.from({ length: instances }, (_, n) => ({
    account: ACCOUNTS[n % ACCOUNTS.length] ?? '',
    region: REGIONS[Math.floor(n / ACCOUNTS.length) % REGIONS.length] ?? '',
    instanceId: `i-${n.toString(16).padStart(17, '0')}`,
  }))
  const findings = instances * RULES.length
  const perDay = Math.max(1, Math.round((findings * CHANGES_A_DAY) / 1000))
  const days = Math.ceil(changes / perDay) + 1
  const firstDay = days - 1 - Math.ceil(Math.min(kept, changes) / perDay)
  const writer = batches(client, table)
  const last = new Map<number, Stands>()
  const atOf = (day: number): string => new Date(NOW - (days - day) * DAY_MS).toISOString()
  const change = async (finding: number, scanId: string, at: string): Promise<void> => {
    const before = last.get(finding)
    const to: Status =
      before === undefined
        ? finding % 10 === 0
          ? 'FAIL'
          : 'PASS'
        : before.status === 'PASS'
          ? 'FAIL'
          : 'PASS'
    last.set(finding, {
      ...{ status: to, at, scanId },
      ...(before && { from: before.status, before: before.scanId }),
    })
    if (day > firstDay || firstDay === 0) await writeChange(finding, before)
  }
  const writeChange = async (finding: number, before?: Stands): Promise<void> => {
    const node = nodes[Math.floor(finding / RULES.length)] as Node
    const rule = RULES[finding % RULES.length] as (typeof RULES)[number]
    const { status: to, at, scanId } = last.get(finding) as Stands
    transitions += 1
    await writer.put({
      ...keys.transition(node, rule.ruleId, scanId),
      ...listings.transition(node, rule.ruleId, at),
      ...{ ...rule, severity: 'high', cluster: clusterOf(finding), scanId, at, to, reason: to, since: at },
      ...(before && { from: before.status, fromReason: before.status, supersedes: before.scanId }),
      ...{ message: `it is ${to}`, engineVersion: '1', ruleVersion: '1', evidenceHash: 'f'.repeat(64) },
    })
    if (isEnd({ to, ...(before && { from: before.status }) }) && day > days - KEPT_DAYS)
      await writer.put({ ...keys.end(node, rule.ruleId, scanId), ...listings.end(node, rule.ruleId, at) })
  }
  let transitions = 0
  let day = 0
  let made = 0
  let random = 1
  for (; day < days; day++) {
    const openedAt = atOf(day)
    const scanId = scanIdOf(openedAt)
    const at = new Date(Date.parse(openedAt) + 60_000).toISOString()
    if (day === 0) for (let finding = 0; finding < findings; finding++) await change(finding, scanId, at)
    // Each finding at most once a scan: a step that shares no factor with their number visits all of them in turn.
    else
      for (let n = 0; n < perDay && made < changes; n++, made++) {
        random = (random + 7919) % findings
        await change(random, scanId, at)
      }
    if (day < firstDay) continue
    // The first verdicts of a scanner that was set up late.
    if (day === firstDay && day > 0)
      for (const [finding, { status }] of last) {
        last.set(finding, { status, at, scanId })
        await writeChange(finding)
      }
    await writer.put(scanItem(scanId, openedAt, atOf(firstDay), instances, last))
  }
  await writeStates(writer, nodes, last, atOf(days - 1))
  await writeLastScans(
    writer,
    nodes,
    [days - 2, days - 1].map((day) => scanIdOf(atOf(Math.max(0, day)))),
  )
  return {
    ...{ now: new Date(NOW).toISOString(), days: days - firstDay, transitions, items: await writer.flush() },
    ...{ nodes, rules: RULES.map(({ ruleId }) => ruleId) },
  }
}

const clusterOf = (finding: number): string => `cluster-${Math.floor(finding / RULES.length / 3)}`

const scanItem = (
  scanId: string,
  openedAt: string,
  endsSince: string,
  instances: number,
  last: Map<number, { status: Status }>,
): Item => {
  const closedAt = new Date(Date.parse(openedAt) + 120_000).toISOString()
  const findings: Partial<Record<Status, number>> = {}
  for (const { status } of last.values()) findings[status] = (findings[status] ?? 0) + 1
  return {
    ...keys.scan(scanId),
    ...listings.scan(scanId, openedAt),
    ...{
      scanId,
      openedAt,
      closedAt,
      deadlineAt: closedAt,
      status: 'closed',
      trigger: 'schedule',
      targets: 8,
      targetsHash: 'the same',
    },
    ...{ coverage: { total: instances, assessed: instances, byState: { assessed: instances } }, findings },
    ...{ engineVersion: '1', targetErrors: [], endsSince },
  }
}

type Writer = ReturnType<typeof batches>

const writeStates = async (
  writer: Writer,
  nodes: Node[],
  last: Map<number, Stands>,
  at: string,
): Promise<void> => {
  for (const [n, node] of nodes.entries()) {
    const cluster = clusterOf(n * RULES.length)
    await writer.put({
      ...keys.node(node),
      ...listings.node(node, cluster),
      ...{ instanceId: node.instanceId, state: 'assessed', cluster, tags: { Name: `node-${n}`, cluster } },
      ...{ scanId: scanIdOf(at), at, since: at, assessedAt: at, revision: 1 },
    })
    for (const [r, rule] of RULES.entries()) {
      const stands = last.get(n * RULES.length + r)
      if (!stands) continue
      const { status, at: since, scanId, from, before } = stands
      const finding = {
        ...rule,
        severity: 'high',
        status,
        reason: status,
        message: `it is ${status}`,
        caveats: [],
        evidence: [],
      }
      await writer.put({
        ...keys.finding(node, rule.ruleId),
        ...listings.finding(node, rule.ruleId, status),
        ...{ finding, since, scanId, evidenceHash: 'f'.repeat(64), engineVersion: '1', ruleVersion: '1' },
        ...(from && { previousStatus: from }),
        change: {
          ...{ scanId, at: since, brought: {} },
          ...(from && { from, fromReason: from, supersedes: before }),
        },
      })
    }
  }
  for (const account of ACCOUNTS)
    for (const region of REGIONS)
      await writer.put({
        ...keys.target({ account, region }),
        ...listings.target({ account, region }),
        ...{ inventoriedAt: at, named: true },
      })
  const targets = ACCOUNTS.flatMap((account) => REGIONS.map((region) => ({ account, region })))
  const names = new Set(targets.map((each) => listings.target(each).listSort))
  await writer.put({ ...keys.targetNames, names })
}

/** What scans recorded of each instance: of the newest two, which is as far back as these questions look. */
const writeLastScans = async (writer: Writer, nodes: Node[], scanIds: string[]): Promise<void> => {
  const targets = Map.groupBy(nodes, ({ account, region }) => `${account}#${region}`)
  for (const scanId of new Set(scanIds))
    for (const of of targets.values())
      for (let i = 0; i < of.length; i += 50) {
        const { account, region } = of[0] as Node
        const outcomes = of.slice(i, i + 50).map(({ instanceId }) => ({ instanceId, state: 'assessed' }))
        const n = String(i / 50)
        await writer.put({
          ...keys.commandResult(scanId, { account, region }, n, 0),
          scanId,
          account,
          region,
          n,
          outcomes,
          changes: [],
        })
      }
}

/** Writes 25 at a time. */
const batches = (client: DynamoDBDocumentClient, table: string) => {
  let waiting: Item[] = []
  let written = 0
  const send = async (): Promise<void> => {
    if (waiting.length === 0) return
    const RequestItems = { [table]: waiting.map((Item) => ({ PutRequest: { Item } })) }
    const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems }))
    if (Object.keys(UnprocessedItems ?? {}).length > 0)
      throw new Error('the embedded table did not take a batch')
    written += waiting.length
    waiting = []
  }
  return {
    put: async (item: Item): Promise<void> => {
      waiting.push(item)
      if (waiting.length === 25) await send()
    },
    flush: async (): Promise<number> => {
      await send()
      return written
    },
  }
}
