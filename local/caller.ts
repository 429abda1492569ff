import { AwsError } from './aws-error.ts'

/** Who calls, where: what AWS reads from a request's signature. */
export type Caller = { account: string; region: string; service: string }

/** The account that the scanner itself runs in. */
export const HOME_ACCOUNT = '000000000000'

const KEY_PREFIX = 'LOCAL'
const SCOPE = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/

/** The access key id whose bearer acts in `account`; a key of any other form acts in the home account. */
export const accessKeyOf = (account: string): string => `${KEY_PREFIX}${account}`

/**
 * Reads account, region and service from an Authorization header (Signature Version 4). The signature itself is not
 * checked; that a header is there keeps web pages out, since browsers cannot send it across origins unasked.
 */
export const callerOf = (authorization: string | undefined): Caller => {
  const [, key, region, service] = SCOPE.exec(authorization ?? '') ?? []
  if (key === undefined || region === undefined || service === undefined)
    throw new AwsError('MissingAuthenticationToken', 'the request is not signed (Signature Version 4)', 403)
  const account = key.startsWith(KEY_PREFIX) ? key.slice(KEY_PREFIX.length) : ''
  return { account: /^\d{12}$/.test(account) ? account : HOME_ACCOUNT, region, service }
}
