import type { Severity, Status } from '../findings/finding.ts'
import type { DigestBlock, DigestLine, DigestRule } from './digest-body.ts'
import { DIGEST_GROUPS, GROUP_WORDS } from './digest-groups.ts'
import type { NewsItem } from './digest-items.ts'
import { controlRanges } from './fold-findings.ts'

/** More lines than this are counted, not listed: it keeps a message readable and far below SNS's 256 KiB. */
export const MOST_LISTED = 40

/** What to do about a verdict, in a sentence; undefined: nothing, or it is not known. */
export type FixOf = (ruleId: string, status: Status, reason: string) => string | undefined

/** How bad it is, the worst first. */
export const SEVERITIES: Severity[] = ['critical', 'high', 'medium', 'low']

/** `CIS 2.1-2.3, 2.6` */
export const controlsOf = (rules: DigestRule[]): string =>
  `CIS ${controlRanges([...new Set(rules.map(({ control }) => control))].sort(byNumber))}`

/** Folds what would be read over and over: a host that cannot be judged, or is well again, under several rules. */
export const folded = (items: NewsItem[]): NewsItem[] => {
  const found = new Map<string, NewsItem>()
  items.forEach((item, i) => {
    const key = keyOf(item, i)
    const first = found.get(key)
    if (first === undefined) found.set(key, item)
    else
      found.set(key, {
        ...first,
        rules: [...first.rules, ...item.rules].sort((a, b) => byNumber(a.control, b.control)),
        transitions: [...first.transitions, ...item.transitions],
        ...(first.message !== item.message && { message: OF_SEVERAL[item.to ?? 'ERROR'] }),
      })
  })
  return [...found.values()]
}

const OF_SEVERAL: Record<Status, string> = {
  PASS: 'passes all of these',
  NOT_APPLICABLE: 'none of these applies',
  ERROR: 'none of these could be judged',
  FAIL: 'fails all of these',
}

const keyOf = (item: NewsItem, i: number): string => {
  const { group, account, region, instanceId, from, to, reason, message, since, cause, closed } = item
  if (to === undefined || to === 'FAIL' || group === 'flapping' || group === 'settled') return String(i)
  const says = to === 'ERROR' ? [reason, message] : []
  return JSON.stringify([
    group,
    account,
    region,
    instanceId,
    from,
    to,
    says,
    since?.slice(0, 16),
    cause,
    closed,
  ])
}

/** By group, then severity, cluster, rule and node: the same news always read the same. */
export const inOrder = (items: NewsItem[]): NewsItem[] =>
  items
    .map((item) => ({ item, rank: rankOf(item), place: placeOf(item) }))
    .sort((a, b) => a.rank - b.rank || (a.place < b.place ? -1 : 1))
    .map(({ item }) => item)

const rankOf = (item: NewsItem): number => DIGEST_GROUPS.indexOf(item.group) * 10 + severityRank(item)

const severityRank = ({ rules }: NewsItem): number =>
  Math.min(SEVERITIES.length, ...rules.map(({ severity }) => SEVERITIES.indexOf(severity)))

const placeOf = ({ cluster = '', rules, reason, account, region, instanceId, message }: NewsItem): string =>
  [cluster, controlsOf(rules), reason, account, region, instanceId, message].join('\n')

/** Items that follow one another and are about one cluster and rule as a block; the first 40 are listed. */
export const blocksOf = (items: NewsItem[], fixOf: FixOf, lineOf: (item: NewsItem) => DigestLine) => {
  const blocks: (DigestBlock & { key: string })[] = []
  items.forEach((item, i) => {
    const { group, cluster, rules, to, reason = '' } = item
    const isOpen = to === 'FAIL' || to === 'ERROR'
    const key = JSON.stringify([group, cluster, rules, isOpen ? [to, reason] : []])
    let block = blocks.at(-1)
    if (block?.key !== key) {
      const [first] = rules
      const fix = isOpen && first && item.closed === undefined ? fixOf(first.ruleId, to, reason) : undefined
      const { heading } = GROUP_WORDS[group]
      block = {
        ...{ key, group, heading, rules, count: 0, lines: [] },
        ...(cluster !== undefined && { cluster }),
        ...(fix !== undefined && { fix }),
      }
      blocks.push(block)
    }
    block.count++
    if (i < MOST_LISTED) block.lines.push(lineOf(item))
  })
  return blocks.filter(({ lines }) => lines.length > 0).map(({ key: _, ...block }) => block)
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
