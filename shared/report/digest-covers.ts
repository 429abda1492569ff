import { createHash } from 'node:crypto'
import { nodeKey, type Transition } from '../findings/records.ts'
import type { DigestBody } from './digest-body.ts'

/** More ids would make a message that SNS does not take; the hash then says which they are. */
const MOST_IDS = 1000
const MOST_CHARACTERS = 96 * 1024

/** Names a change: `account/region/instance rule scan`. */
export const transitionId = (change: Transition): string =>
  `${nodeKey(change)} ${change.ruleId} ${change.scanId}`

/** What a digest is about, so that anybody who has the table can check that no change was left out or told twice. */
export const coversOf = (changes: Transition[]): DigestBody['covers'] => {
  const ids = [...new Set(changes.map(transitionId))].sort()
  const text = ids.join('\n')
  return {
    count: ids.length,
    sha256: createHash('sha256').update(text).digest('hex'),
    ...(ids.length <= MOST_IDS && text.length <= MOST_CHARACTERS && { ids }),
  }
}
