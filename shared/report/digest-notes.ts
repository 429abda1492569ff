import type { DigestInput } from './digest.ts'

/** A larger part of the fleet than this seldom changes by itself at once. */
const LARGE_SHARE = 0.1
/** Two of three instances are no rollout. */
const FEWEST = 3

const FIRST_SCAN =
  'This is the first scan of the whole fleet: it lists what fails or could not be judged and was not told before. ' +
  'From now on a message comes only when something changes.'

const PARTIAL = {
  chosen: 'The scan was of some instances that were named, not of the fleet.',
  cancelled: 'The scan was cancelled before its end.',
}

/** How many instances changed, of how many. */
export type Share = { instances: number; of: number }

/** What else a reader has to know, in whole sentences. */
export const notesOf = (
  { baseline, partial, changed, added = [], regained = [] }: DigestInput,
  waived: number,
): string[] => [
  ...(baseline ? [FIRST_SCAN] : []),
  ...(partial ? [PARTIAL[partial]] : []),
  ...added.map(
    ({ target, instances }) =>
      `First scan of ${target}: ${instances} instances. What is found there is not new, only newly looked at.`,
  ),
  ...regained.map((target) => `${target} can be scanned again.`),
  ...(!baseline && changed && isLarge(changed)
    ? [
        `${changed.instances} of ${changed.of} instances changed at once: a rollout, or the scanner itself, is the likely cause.`,
      ]
    : []),
  ...(waived > 0 ? [`${waived} new ${waived === 1 ? 'failure is' : 'failures are'} waived.`] : []),
]

const isLarge = ({ instances, of }: Share): boolean => instances >= FEWEST && instances > of * LARGE_SHARE
