import type { Transition } from '../findings/records.ts'

/** What a piece of news means to the one who reads of it, the most urgent first. */
export const DIGEST_GROUPS = [
  'failing',
  'regressed',
  'unwaived',
  'undecided',
  'unreachable',
  'flapping',
  'rejudged',
  'waivers',
  'left-scope',
  'departed',
  'added',
  'overdue',
  'recovered',
  'settled',
  'back',
  'decided',
  'covered',
  'other',
] as const
export type DigestGroup = (typeof DIGEST_GROUPS)[number]

/** What each group is called: in a heading, and after a number in the subject. */
export const GROUP_WORDS: Record<DigestGroup, { heading: string; counted: string }> = {
  failing: { heading: 'Failing', counted: 'failing' },
  regressed: { heading: 'Passed before, fails now', counted: 'fail again after a pass' },
  unwaived: { heading: 'Failing, and no longer waived', counted: 'no longer waived' },
  undecided: { heading: 'Could not be judged', counted: 'could not be judged' },
  unreachable: {
    heading: 'Not assessed for the second scan in a row',
    counted: 'not assessed twice in a row',
  },
  flapping: {
    heading: 'Flapping: more than three changes in 24 hours; next told when quiet for a day',
    counted: 'flapping',
  },
  rejudged: {
    heading: 'Judged otherwise by a newer rule or engine; nothing changed on the node',
    counted: 'judged otherwise by a newer version',
  },
  waivers: { heading: 'Waivers that end soon, or have ended', counted: 'waiver(s) ending' },
  'left-scope': {
    heading: 'Left the scope: by its tags, or with its account; no longer looked at',
    counted: 'left the scope',
  },
  departed: { heading: 'Left the fleet with this verdict, not mended', counted: 'left the fleet unmended' },
  added: { heading: 'First scan of an account and region', counted: 'found in a new target' },
  overdue: { heading: 'Still open, longer than allowed, the oldest first', counted: 'overdue' },
  recovered: { heading: 'Recovered', counted: 'recovered' },
  settled: { heading: 'Flapped, and has been quiet for a day', counted: 'settled' },
  back: { heading: 'Assessed again', counted: 'assessed again' },
  decided: { heading: 'Can be judged again, and does not fail', counted: 'judged again' },
  covered: { heading: 'New, fails, and falls under a waiver', counted: 'new under a waiver' },
  other: {
    heading: 'Same verdict for another reason, or no longer applicable',
    counted: 'changed otherwise',
  },
}

/**
 * What a change is told as; undefined: it is no news by itself. A first verdict that finds nothing wrong is none, nor
 * is a terminated instance that passed: a fleet that replaces its nodes would write every day. Whoever switches a rule off
 * knows of it, and would be told once for each instance.
 */
export const groupOf = ({ from, to, cause, closed }: Transition): DigestGroup | undefined => {
  if (closed === 'left-scope') return 'left-scope'
  if (closed === 'rule-off') return undefined
  if (closed !== undefined) return to === 'FAIL' || to === 'ERROR' ? 'departed' : undefined
  if (cause !== undefined) return 'rejudged'
  if (from === to) return 'other'
  if (to === 'FAIL') return from === 'PASS' ? 'regressed' : 'failing'
  if (to === 'ERROR') return 'undecided'
  if (from === 'FAIL') return 'recovered'
  if (from === 'ERROR') return 'decided'
  return from === undefined ? undefined : 'other'
}
