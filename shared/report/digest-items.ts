import type { Seen } from '../findings/lost-nodes.ts'
import type { Transition } from '../findings/records.ts'
import type { DigestLine } from './digest-body.ts'
import { transitionId } from './digest-covers.ts'
import { type DigestGroup, groupOf } from './digest-groups.ts'
import { plainText } from './plain-text.ts'
import { minute } from './wrapped.ts'

/** A line of a digest before it is grouped. */
export type NewsItem = DigestLine & { group: DigestGroup }

/** A finding whose flapping was told once, and which is quiet by now. */
export type Settled = { last: Transition; covers: Transition[] }

/** What is to be told of a waiver. */
export type WaiverNews = { message: string; since: string }

/** The news of one route. Changes that are held back, since their finding flaps, are not among them. */
export type News = {
  transitions: Transition[]
  /** Ids of the transitions that begin flapping, and how many changes there were. */
  flapping?: Map<string, number>
  settled?: Settled[]
  lost?: (Seen & { cluster?: string; assessedAt?: string })[]
  back?: (Seen & { cluster?: string })[]
  waivers?: WaiverNews[]
  /** Findings that fail as before, and whose waiver has ended. */
  unwaived?: (Omit<Transition, 'scanId'> & { waiver: string })[]
  /** Says under which waiver a failure falls; `wide`: by a tag or a cluster, so that nobody named the instance. */
  waiverOf?: (change: Transition) => { name: string; wide: boolean } | undefined
  /** `account/region` of targets that are scanned for the first time. */
  newTargets?: Set<string>
}

/** Every piece of news as an item, in no order; and how many new failures a waiver covers. */
export const itemsOf = (news: News): { items: NewsItem[]; waived: number } => {
  let waived = 0
  const items: NewsItem[] = []
  for (const change of news.transitions) {
    const changes = news.flapping?.get(transitionId(change))
    const group = changes === undefined ? groupIn(news, change) : 'flapping'
    if (group === undefined) continue
    const waiver = change.to === 'FAIL' && change.closed === undefined ? news.waiverOf?.(change) : undefined
    if (waiver && change.from !== 'FAIL') waived++
    if (waiver?.wide && change.from === undefined)
      items.push({ ...itemOf(change, 'covered'), message: `${waiver.name}: ${plainText(change.message)}` })
    else if (changes !== undefined)
      items.push({
        ...itemOf(change, group),
        message: `${changes} changes in 24 hours: ${plainText(change.message)}`,
      })
    else if (!waiver) items.push(itemOf(change, group))
  }
  for (const { last, covers } of news.settled ?? [])
    items.push({ ...itemOf(last, 'settled'), transitions: covers.map(transitionId) })
  for (const { waiver, ...still } of news.unwaived ?? [])
    items.push({
      ...itemOf({ ...still, scanId: '' }, 'unwaived'),
      message: `${plainText(waiver)} has ended: ${plainText(still.message)}`,
      transitions: [],
    })
  return { items: [...items, ...nodesIn(news), ...waiversIn(news)], waived }
}

const groupIn = ({ newTargets }: News, change: Transition): DigestGroup | undefined => {
  const group = groupOf(change)
  const isOpen = group === 'failing' || group === 'undecided'
  return isOpen && newTargets?.has(`${change.account}/${change.region}`) ? 'added' : group
}

const itemOf = (change: Transition, group: DigestGroup): NewsItem => {
  const { ruleId, control, severity, from, to, reason, cause, closed } = change
  return {
    group,
    ...placeOf(change),
    rules: [{ ruleId, control, severity }],
    ...(from && { from }),
    ...{ to, reason },
    message: saidOf(change),
    since: change.at,
    ...(cause && { cause }),
    ...(closed && { closed }),
    transitions: [transitionId(change)],
  }
}

const saidOf = ({ from, to, reason, fromReason, message }: Transition): string =>
  from === to && fromReason !== undefined && fromReason !== reason
    ? `for ${reason} and before for ${fromReason}: ${plainText(message)}`
    : plainText(message)

const placeOf = ({
  account,
  region,
  instanceId,
  cluster,
}: Pick<Transition, 'account' | 'region' | 'instanceId' | 'cluster'>) => ({
  ...{ account, region },
  instanceId: plainText(instanceId),
  ...(cluster !== undefined && { cluster: plainText(cluster) }),
})

const nodesIn = ({ lost = [], back = [] }: News): NewsItem[] => [
  ...lost.map((each) => ({
    group: 'unreachable' as const,
    ...placeOf(each),
    ...{ rules: [], transitions: [] },
    message: `${each.state}${each.detail && each.detail !== each.state ? ` (${plainText(each.detail)})` : ''}; ${
      each.assessedAt === undefined ? 'never assessed' : `last assessed ${minute(each.assessedAt)}`
    }`,
    ...(each.assessedAt !== undefined && { since: each.assessedAt }),
  })),
  ...back.map((each) => ({
    group: 'back' as const,
    ...placeOf(each),
    ...{ rules: [], transitions: [] },
    message: 'assessed, after two scans or more that could not reach it',
  })),
]

const waiversIn = ({ waivers = [] }: News): NewsItem[] =>
  waivers.map(({ message, since }) => ({
    group: 'waivers' as const,
    ...{ rules: [], transitions: [], since },
    message: plainText(message),
  }))
