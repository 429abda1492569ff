import type { Status } from '../findings/finding.ts'
import { matcher } from './filter.ts'
import { findingListPrefix, type Key, type Listing, nodeOfPk, ruleOfSk, SHARDS, shardsOf } from './keys.ts'
import { queryPages } from './read.ts'
import type { FindingFilter } from './store.ts'
import { LIST_INDEX, type Table } from './table.ts'

/** The order of pages: what is open first. */
export const ORDER: Status[] = ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE']

/** An entry of the list of findings. */
export type Listed = Key & Pick<Listing, 'listSort'>

const rankOf = (place: string): number => ORDER.indexOf(place.slice(0, place.indexOf('#')) as Status)

/** Places in the order of pages: by status, then as the list has them. */
export const comparePlaces = (a: string, b: string): number =>
  rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0)

/** The part of a filter that a key shows. */
export const placeOf = ({ account, region, rule }: FindingFilter): FindingFilter => ({
  ...(account && { account }),
  ...(region && { region }),
  ...(rule && { rule }),
})

/** The list entries that the filter's place allows, in the order of pages, from all shards merged. */
export async function* inOrder(
  table: Table,
  filter: FindingFilter,
  limit: number,
  after: string | undefined,
): AsyncGenerator<Listed> {
  const placed = matcher(placeOf(filter))
  for await (const prefix of prefixesOf(table, filter)) {
    if (after !== undefined && comparePlaces(endOf(prefix), after) < 0) continue
    const range = { from: after?.startsWith(prefix) ? behind(after) : prefix, to: endOf(prefix) }
    const perPage = Math.max(1, Math.ceil(limit / SHARDS))
    const streams = shardsOf('FINDINGS').map((shard) => entries(table, shard, range, perPage))
    for await (const each of merged(streams))
      if (placed({ ...nodeOfPk(each.pk), ruleId: ruleOfSk(each.sk) })) yield each
  }
}

/** Past everything that begins so: ids hold no tilde. */
const endOf = (prefix: string): string => `${prefix}~`

/** What follows a place: a blank sorts before all that an id may hold. */
const behind = (place: string): string => `${place} `

/** Ranges in their order, one when it is wanted. Account and region narrow a range only below a rule, which stands before the node. */
async function* prefixesOf(table: Table, filter: FindingFilter): AsyncGenerator<string> {
  const { status, rule, account, region } = filter
  for (const each of ORDER.filter((one) => status?.includes(one) ?? true)) {
    if (!rule && !account) yield findingListPrefix(each)
    for await (const ruleId of rule ? inOrderOfList(rule) : account ? rulesListed(table, each) : [])
      for (const place of placesOf(account, region)) yield `${findingListPrefix(each, ruleId)}${place}`
  }
}

/** A rule is followed by a mark there, so that one whose name begins like another comes after it. */
const inOrderOfList = (rules: string[]): string[] =>
  [...new Set(rules)].sort((a, b) => (`${a}#` < `${b}#` ? -1 : 1))

const placesOf = (accounts: string[] | undefined, regions: string[] | undefined): string[] =>
  [...new Set(accounts ?? [''])]
    .flatMap((account) => {
      if (account === '') return ['']
      return regions ? [...new Set(regions)].map((region) => `${account}/${region}/`) : [`${account}/`]
    })
    .sort()

/** The rules that have findings of a status, in order: behind the last entry of each, the list is entered again. */
async function* rulesListed(table: Table, status: Status): AsyncGenerator<string> {
  const to = endOf(findingListPrefix(status))
  for (let from = findingListPrefix(status); ; ) {
    const firsts = await Promise.all(
      shardsOf('FINDINGS').map(async (shard) => {
        for await (const { sk } of entries(table, shard, { from, to }, 1)) return [ruleOfSk(sk)]
        return []
      }),
    )
    const [next] = inOrderOfList(firsts.flat())
    if (next === undefined) return
    yield next
    from = endOf(findingListPrefix(status, next))
  }
}

/**
 * Entries of one shard, a few at a time and then fewer: of eight shards that are merged only a part goes into a page, and
 * what is left over was read for nothing.
 */
async function* entries(
  table: Table,
  shard: string,
  range: { from: string; to: string },
  perPage: number,
): AsyncGenerator<Listed> {
  let { from } = range
  for (let size = perPage; ; size = Math.ceil(perPage / 4)) {
    const query = {
      IndexName: LIST_INDEX,
      KeyConditionExpression: 'listKey = :list AND listSort BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':list': shard, ':from': from, ':to': range.to },
    }
    let last: Listed | undefined
    for await (const page of queryPages<Listed>({ ...table, pageSize: size }, query)) {
      yield* page
      last = page.at(-1)
      if (last) break
    }
    if (!last) return
    from = behind(last.listSort)
  }
}

async function* merged(streams: AsyncGenerator<Listed>[]): AsyncGenerator<Listed> {
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    let least = -1
    for (const [i, head] of heads.entries()) {
      const best = heads[least]
      if (!head.done && (best === undefined || best.done || head.value.listSort < best.value.listSort))
        least = i
    }
    const head = heads[least]
    const stream = streams[least]
    if (!head || head.done || !stream) return
    yield head.value
    heads[least] = await stream.next()
  }
}
