import { AwsError } from './aws-error.ts'

/** No page holds more, whatever was asked for: a reader that takes a short page for the last one fails here. */
export const MOST_PER_PAGE = 20

export type Page<T> = { items: T[]; nextToken?: string }

/**
 * One page of a list, and the token of the next one where more follows.
 * `badToken` is the service's own error code for a token that it did not give.
 */
export const pageOf = <T>(
  all: T[],
  asked: { maxResults?: number | undefined; nextToken?: string | undefined },
  badToken: string,
): Page<T> => {
  const from = asked.nextToken === undefined ? 0 : offsetOf(asked.nextToken, badToken)
  const to = from + Math.min(asked.maxResults ?? MOST_PER_PAGE, MOST_PER_PAGE)
  return { items: all.slice(from, to), ...(to < all.length && { nextToken: tokenOf(to) }) }
}

const tokenOf = (offset: number): string => Buffer.from(`from:${offset}`).toString('base64url')

const offsetOf = (token: string, badToken: string): number => {
  const offset = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1]
  if (offset === undefined) throw new AwsError(badToken, 'the specified token is not valid')
  return Number(offset)
}
