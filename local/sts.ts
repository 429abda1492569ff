import { AwsError } from './aws-error.ts'
import { accessKeyOf, type Caller, HOME_ACCOUNT, MEMBER_ROLES } from './caller.ts'
import type { Gate } from './denied.ts'
import { type QueryParameters, stsResponse } from './query-protocol.ts'

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/([\w+=,.@/-]+)$/
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/

/**
 * AWS Security Token Service: AssumeRole into an account of the fleet, and GetCallerIdentity. Answers XML. A role whose
 * name ends as the member roles' do has their rights, any other has all.
 */
export const sts =
  (accounts: ReadonlySet<string>, gate: Gate, now: () => Date) =>
  (caller: Caller, query: QueryParameters): string => {
    const action = query.get('Action') ?? ''
    if (action === 'GetCallerIdentity')
      return stsResponse(action, {
        Arn: `arn:aws:iam::${caller.account}:user/local`,
        UserId: accessKeyOf(caller.account),
        Account: caller.account,
      })
    if (action === 'AssumeRole')
      return assumeRole(query, accounts, now(), (role) => gate(caller, action, role))
    throw new AwsError('InvalidAction', `the embedded account has no sts:${action}`)
  }

const assumeRole = (
  query: QueryParameters,
  accounts: ReadonlySet<string>,
  now: Date,
  admit: (role: { account: string; arn: string }) => void,
): string => {
  const arn = query.get('RoleArn') ?? ''
  const session = query.get('RoleSessionName') ?? ''
  const [, account, roleName] = ROLE_ARN.exec(arn) ?? []
  if (account === undefined || roleName === undefined)
    throw new AwsError('ValidationError', `${arn} is not the ARN of a role`)
  if (!SESSION_NAME.test(session))
    throw new AwsError('ValidationError', 'RoleSessionName is missing or malformed')
  if (account !== HOME_ACCOUNT && !accounts.has(account))
    throw new AwsError(
      'AccessDenied',
      `the caller is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      403,
    )
  admit({ account, arn })
  const seconds = Number(query.get('DurationSeconds') ?? 3600)
  return stsResponse('AssumeRole', {
    AssumedRoleUser: {
      AssumedRoleId: `AROALOCAL:${session}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${roleName.split('/').at(-1)}/${session}`,
    },
    Credentials: {
      AccessKeyId: accessKeyOf(
        account,
        MEMBER_ROLES.find((each) => roleName.endsWith(`-${each}`)),
      ),
      SecretAccessKey: 'local',
      SessionToken: 'local',
      Expiration: new Date(now.getTime() + seconds * 1000).toISOString(),
    },
  })
}
