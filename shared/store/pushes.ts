import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as z from 'zod'
import { mergeLedgers } from '../push/merge-ledgers.ts'
import { HUB_KEEPS_DAYS, type Ledger, type Sent } from '../push/plan-push.ts'
import { type Key, keys } from './keys.ts'
import { getItem, queryAll } from './read.ts'
import type { TargetKey } from './store.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { IS_NEW, putIf } from './write.ts'

/** `gzip`: the part's findings as JSON, `{ id: [content, at] }`. `version` is another one with each write. */
type PushItem = Key & { gzip: Uint8Array; version: number; [TTL_ATTRIBUTE]: number }

/**
 * A target's findings are spread over so many items by their ids: at about 40 bytes each after compression, more than 150,000
 * fit into DynamoDB's 400 KB an item, and only the items with a change are written. Changing it forgets what was sent.
 */
const PARTS = 16

/** DynamoDB takes 400 KB an item, its names and keys counted in. */
const MOST_BYTES = 399 * 1024
/** Far more than such an item unpacks to, and little enough for the memory: an item is what somebody has written. */
const MOST_UNPACKED_BYTES = 64 * 1024 * 1024

/** How often another push may come in between. */
const TRIES = 20

const partSchema = z.record(z.string(), z.tuple([z.string(), z.string()]))

/** What was sent to Security Hub of a target; empty before the first push. */
export const pushed = async (table: Table, target: TargetKey): Promise<Ledger> => {
  const items = await queryAll<PushItem>(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.push(target, 0).pk },
    ConsistentRead: true,
  })
  return new Map(items.flatMap((item) => [...ledgerIn(item)]))
}

/**
 * Keeps what was sent, where it differs from `seen`, and returns what is kept now: what another push has written in the
 * meantime stays where it is later. Throws where it is too much for the table, before anything of it is written.
 */
export const putPushed = async (
  table: Table,
  target: TargetKey,
  next: Ledger,
  seen: Ledger,
): Promise<Ledger> => {
  const [mine, before] = [partsOf(next), partsOf(seen)]
  const changed = mine.map((part, n) => textOf(part) !== textOf(before[n] ?? new Map()))
  for (const [n, part] of mine.entries()) if (changed[n]) pack(part, target)
  const parts: Ledger[] = []
  for (const [n, part] of mine.entries())
    parts.push(changed[n] ? await putPart(table, target, n, part, before[n] ?? new Map()) : part)
  return new Map(parts.flatMap((part) => [...part]))
}

const putPart = async (
  table: Table,
  target: TargetKey,
  n: number,
  mine: Ledger,
  seen: Ledger,
): Promise<Ledger> => {
  const key = keys.push(target, n)
  // A part that nothing was written to for so long holds nothing that is still in Security Hub.
  const kept = expiry({ ...table, historyDays: HUB_KEEPS_DAYS + 10 })
  for (let tries = 0; tries < TRIES; tries++) {
    const there = await getItem<PushItem>(table, key)
    const merged = there ? mergeLedgers(mine, ledgerIn(there), seen) : mine
    const gzip = pack(merged, target)
    const isThat = there
      ? { expression: '#version = :seen', values: { ':seen': there.version } }
      : { expression: IS_NEW.expression }
    const item: PushItem = { ...key, gzip, version: (there?.version ?? 0) + 1, ...kept }
    if (await putIf(table, item, isThat)) return merged
  }
  throw new Error('other pushes write at the same time without end; let one run alone')
}

const ledgerIn = ({ pk, sk, gzip }: PushItem): Ledger => {
  try {
    const text = gunzipSync(gzip, { maxOutputLength: MOST_UNPACKED_BYTES }).toString('utf8')
    return new Map(
      Object.entries(partSchema.parse(JSON.parse(text))).map(([id, [content, at]]): [string, Sent] => [
        id,
        { content, at },
      ]),
    )
  } catch (cause) {
    throw new Error(`the item ${pk} ${sk} is not as a push writes it; delete it, and push with --all`, {
      cause,
    })
  }
}

const pack = (part: Ledger, { account, region }: TargetKey): Uint8Array => {
  const gzip = gzipSync(textOf(part))
  if (gzip.byteLength <= MOST_BYTES) return gzip
  throw new Error(
    `account ${account}, region ${region} has more findings than can be remembered, which are about 150,000`,
  )
}

/** Equal content is equal text. */
const textOf = (part: Ledger): string =>
  JSON.stringify(
    Object.fromEntries(
      [...part].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, { content, at }]) => [id, [content, at]]),
    ),
  )

const partsOf = (ledger: Ledger): Map<string, Sent>[] => {
  const parts = Array.from({ length: PARTS }, () => new Map<string, Sent>())
  for (const [id, sent] of ledger) parts[partOf(id)]?.set(id, sent)
  return parts
}

const partOf = (id: string): number => createHash('sha256').update(id).digest().readUInt8(4) % PARTS
