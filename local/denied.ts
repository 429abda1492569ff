import { AwsError } from './aws-error.ts'
import type { Caller } from './caller.ts'

/** The calls that a fleet file may deny. */
export const DENIABLE = [
  'sts:AssumeRole',
  'ec2:DescribeInstances',
  'ssm:DescribeInstanceInformation',
  'ssm:SendCommand',
  'ssm:ListCommands',
  'ssm:ListCommandInvocations',
  'ssm:GetCommandInvocation',
] as const

/** A call that is refused in an account, in one region or in all; of AssumeRole, the account is the role's. */
export type Denied = { action: (typeof DENIABLE)[number]; account: string; region?: string | undefined }

/**
 * Refuses a call where it is denied; throws AwsError, with the code that the service has for that.
 * `resource`: what the call is about, where that is in an account of its own.
 */
export type Gate = (caller: Caller, operation: string, resource?: { account: string; arn: string }) => void

const CODES: Record<string, [code: string, status: number]> = {
  ec2: ['UnauthorizedOperation', 403],
  sts: ['AccessDenied', 403],
  ssm: ['AccessDeniedException', 400],
}

export const gateOf =
  (denied: Denied[]): Gate =>
  ({ service, region, account }, operation, resource) => {
    const action = `${service}:${operation}`
    const place = resource?.account ?? account
    const isDenied = denied.some(
      (each) => each.action === action && each.account === place && (each.region ?? region) === region,
    )
    if (!isDenied) return
    const [code, status] = CODES[service] ?? ['AccessDenied', 403]
    const about = resource ? ` on resource: ${resource.arn}` : ''
    throw new AwsError(code, `the caller is not authorized to perform: ${action}${about}`, status)
  }
