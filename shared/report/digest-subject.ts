import { DIGEST_GROUPS, type DigestGroup, GROUP_WORDS } from './digest-groups.ts'

/** SNS takes fewer than 100 characters. */
const SUBJECT_LIMIT = 99

/** Lines by group; every group is there. */
export type GroupCounts = Record<DigestGroup, number>

export const countsOf = (items: { group: DigestGroup }[]): GroupCounts => {
  const counts = Object.fromEntries(DIGEST_GROUPS.map((group) => [group, 0])) as GroupCounts
  for (const { group } of items) counts[group]++
  return counts
}

/** `3 failing, 1 recovered`: what is counted, the worst first. */
export const countedIn = (counts: GroupCounts): string[] =>
  DIGEST_GROUPS.flatMap((group) =>
    counts[group] > 0 ? [`${counts[group]} ${GROUP_WORDS[group].counted}`] : [],
  )

/** Numbers and words of our own only, so that no text of a node reaches a mail's header; whole parts, as many as fit. */
export const subjectOf = (start: string, parts: string[]): string => {
  let subject = `${start}${parts[0] ?? ''}`
  for (const [i, part] of parts.slice(1).entries()) {
    const isLast = i === parts.length - 2
    const longer = `${subject}, ${part}`
    if (longer.length > SUBJECT_LIMIT - (isLast ? 0 : MORE.length)) return `${subject}${MORE}`
    subject = longer
  }
  return subject.slice(0, SUBJECT_LIMIT)
}

const MORE = ', ...'
