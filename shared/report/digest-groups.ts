import type { Transition } from '../findings/records.ts'

/** What a change means to the one who reads of it, the most urgent first. */
export const DIGEST_GROUPS = [
  'failing',
  'regressed',
  'undecided',
  'rejudged',
  'departed',
  'recovered',
  'decided',
  'other',
] as const
export type DigestGroup = (typeof DIGEST_GROUPS)[number]

/** What each group is called: in a heading, and after a number in the subject. */
export const GROUP_WORDS: Record<DigestGroup, { heading: string; counted: string }> = {
  failing: { heading: 'Failing', counted: 'failing' },
  regressed: { heading: 'Passed before, fails now', counted: 'fail again after a pass' },
  undecided: { heading: 'Could not be judged', counted: 'could not be judged' },
  rejudged: {
    heading: 'Judged otherwise by a newer rule or engine; nothing changed on the node',
    counted: 'judged otherwise by a newer version',
  },
  departed: {
    heading: 'Left the fleet with this verdict, not mended',
    counted: 'left the fleet unmended',
  },
  recovered: { heading: 'Recovered', counted: 'recovered' },
  decided: { heading: 'Can be judged again, and does not fail', counted: 'judged again' },
  other: {
    heading: 'Same verdict for another reason, or no longer applicable',
    counted: 'changed otherwise',
  },
}

export type GroupedChange = { group: DigestGroup; change: Transition }

/**
 * The changes that are news, by group and then by node, so that the same scan always reads the same. A first
 * verdict that finds nothing wrong is none: a fleet that replaces its nodes would write every day.
 */
export const newsOf = (transitions: Transition[]): GroupedChange[] =>
  transitions
    .flatMap((change) => {
      const group = groupOf(change)
      return group ? [{ group, change }] : []
    })
    .toSorted((a, b) => rank(a) - rank(b) || place(a).localeCompare(place(b), 'en'))

const rank = ({ group }: GroupedChange): number => DIGEST_GROUPS.indexOf(group)

const place = ({ change: { cluster = '', account, region, instanceId, ruleId } }: GroupedChange): string =>
  [cluster, account, region, instanceId, ruleId].join('\n')

const groupOf = ({ from, to, cause, closed }: Transition): DigestGroup | undefined => {
  if (closed !== undefined) return to === 'FAIL' || to === 'ERROR' ? 'departed' : undefined
  if (cause !== undefined) return 'rejudged'
  if (from === to) return 'other'
  if (to === 'FAIL') return from === 'PASS' ? 'regressed' : 'failing'
  if (to === 'ERROR') return 'undecided'
  if (from === 'FAIL') return 'recovered'
  if (from === 'ERROR') return 'decided'
  return from === undefined ? undefined : 'other'
}
