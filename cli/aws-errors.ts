import { plainText } from '../shared/report/plain-text.ts'
import { UsageError } from './exit-code.ts'
import type { Globals } from './output.ts'

/** Runs `work`; what AWS refuses and the user can mend comes out as a UsageError of one line. */
export const asUserErrors = async <T>(
  globals: Pick<Globals, 'profile' | 'region'>,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    const said = error instanceof Error ? mend(error, globals) : undefined
    if (said === undefined) throw error
    throw new UsageError(said, { cause: error })
  }
}

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AuthorizationError',
  'KMSAccessDeniedException',
])
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'])
const NOT_ACCEPTED = new Set([
  'AuthFailure',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])
/** What Node says where a name has no address or nobody answers there. */
const UNREACHABLE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** What is wrong and what to do about it; undefined: nothing that a user could mend. */
const mend = (error: Error, { profile }: Pick<Globals, 'profile'>): string | undefined => {
  const { name } = error
  const said = plainText(error.message, 500)
  const login = `aws sso login${profile === undefined ? '' : ` --profile ${profile}`}`
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    if (/expired|sso login/i.test(said)) return `the AWS session has expired; run ${login} (${said})`
    if (profile !== undefined)
      return `profile ${profile} gives no AWS credentials (${said}); aws configure list-profiles shows which there are`
    return `there are no AWS credentials (${said}); name a profile with --profile, or log in as for the AWS CLI`
  }
  if (EXPIRED.has(name)) return `the AWS credentials have expired (${said}); log in again, as by ${login}`
  if (NOT_ACCEPTED.has(name))
    return `AWS does not accept these credentials (${said}); check the profile, the access key, and this machine's clock`
  if (DENIED.has(name)) return `access denied: ${said}; use another --profile, or ask for this right`
  if (name === 'ResourceNotFoundException')
    return `AWS does not have what the stack names (${said}); is it being changed or deleted?`
  if (/^Region is missing/.test(said)) return 'no AWS region is set; give it with --region, or set AWS_REGION'
  const code = 'code' in error ? String(error.code) : ''
  if (UNREACHABLE.has(code))
    return `AWS could not be reached (${said}); check the network, and that --region names a region`
  return undefined
}
