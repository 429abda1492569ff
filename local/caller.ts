import { AwsError } from './aws-error.ts'

/** The roles that a member account has for the scanner. */
export const MEMBER_ROLES = ['sender', 'reader', 'security-hub'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

/** Who calls, where: what AWS reads from a request's signature. `role`: with the rights of that role alone. */
export type Caller = { account: string; region: string; service: string; role?: MemberRole }

/** The account that the scanner itself runs in. */
export const HOME_ACCOUNT = '000000000000'

const KEY_PREFIX = 'LOCAL'
const SCOPE = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/

const KEY = new RegExp(`^${KEY_PREFIX}(\\d{12})(${MEMBER_ROLES.join('|').toUpperCase()})?$`)

/**
 * The access key id whose bearer acts in `account`, with the rights of `role` or with all; a key of any other form acts
 * in the home account.
 */
export const accessKeyOf = (account: string, role?: MemberRole): string =>
  `${KEY_PREFIX}${account}${role?.toUpperCase() ?? ''}`

/**
 * Reads account, region and service from an Authorization header (Signature Version 4). The signature itself is not
 * checked; that a header is there keeps web pages out, since browsers cannot send it across origins unasked.
 */
export const callerOf = (authorization: string | undefined): Caller => {
  const [, key, region, service] = SCOPE.exec(authorization ?? '') ?? []
  if (key === undefined || region === undefined || service === undefined)
    throw new AwsError('MissingAuthenticationToken', 'the request is not signed (Signature Version 4)', 403)
  const [, account = HOME_ACCOUNT, roleInKey] = KEY.exec(key) ?? []
  const role = MEMBER_ROLES.find((each) => each.toUpperCase() === roleInKey)
  return { account, region, service, ...(role && { role }) }
}
