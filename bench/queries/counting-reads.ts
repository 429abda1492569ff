import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { END_PREFIX, TRANSITION_PREFIX } from '../../shared/store/keys.ts'

type Item = Record<string, unknown>
type Answer = {
  Items?: Item[]
  Item?: Item
  Responses?: Record<string, Item[]>
  ScannedCount?: number
  Count?: number
}

/** An entry of the list of ends leads to a transition: see `transitionOfEnd`. */
const ledToBy = (sk: string): string =>
  sk.startsWith(END_PREFIX) ? `${TRANSITION_PREFIX}${sk.slice(END_PREFIX.length)}` : sk

/**
 * A client that counts what DynamoDB reads. `distinct` is the number of different items: an entry of an index and the item that it leads to are
 * one, since the second read is of what the first has found. `index` is the number of index entries alone.
 */
export const countingReads = (client: DynamoDBDocumentClient) => {
  let [calls, index, hidden] = [0, 0, 0]
  const items = new Set<string>()
  const note = (found: Item[]): void => {
    for (const { pk, sk } of found) items.add(`${pk}\n${ledToBy(String(sk))}`)
  }
  const counting = new Proxy(client, {
    get: (target, property) => {
      if (property !== 'send') return Reflect.get(target, property, target)
      return async (command: { input: { IndexName?: string } }) => {
        const answer: Answer = await Reflect.apply(target.send, target, [command])
        calls += 1
        const found =
          answer.Items ?? (answer.Item ? [answer.Item] : Object.values(answer.Responses ?? {}).flat())
        note(found)
        // What a filter has dropped, or a count has not shown, was read all the same.
        hidden += (answer.ScannedCount ?? found.length) - found.length
        if (command.input.IndexName !== undefined) index += answer.ScannedCount ?? found.length
        return answer
      }
    },
  })
  return {
    client: counting,
    seen: () => ({ calls, index, distinct: items.size + hidden }),
    reset: () => {
      ;[calls, index, hidden] = [0, 0, 0]
      items.clear()
    },
  }
}
