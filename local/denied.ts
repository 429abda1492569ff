import { AwsError } from './aws-error.ts'
import type { Caller } from './caller.ts'
import { ROLE_RIGHTS } from './role-rights.ts'

/** The calls that a fleet file may deny. */
export const DENIABLE = [
  'cloudformation:DescribeStacks',
  'lambda:InvokeFunction',
  'lambda:GetDurableExecution',
  'scheduler:GetSchedule',
  'scheduler:UpdateSchedule',
  'organizations:ListAccountsForParent',
  'sts:AssumeRole',
  'ec2:DescribeInstances',
  'ssm:DescribeInstanceInformation',
  'ssm:SendCommand',
  'ssm:CancelCommand',
  'ssm:GetDocument',
  'ssm:ListCommands',
  'ssm:ListCommandInvocations',
  'ssm:GetCommandInvocation',
  'securityhub:BatchImportFindings',
] as const

/** A call that is refused in an account, in one region or in all; of AssumeRole, the account is the role's. */
export type Denied = { action: (typeof DENIABLE)[number]; account: string; region?: string | undefined }

/**
 * Refuses a call where it is denied, or where the caller's role has no right to it; throws AwsError, with the code that
 * the service has for that.
 * `resource`: what the call is about, where that is in an account of its own.
 */
export type Gate = (caller: Caller, operation: string, resource?: { account: string; arn: string }) => void

const CODES: Record<string, [code: string, status: number]> = {
  ec2: ['UnauthorizedOperation', 403],
  sts: ['AccessDenied', 403],
  ssm: ['AccessDeniedException', 400],
  lambda: ['AccessDeniedException', 403],
  organizations: ['AccessDeniedException', 400],
  scheduler: ['AccessDeniedException', 403],
  securityhub: ['AccessDeniedException', 403],
}

export const gateOf =
  (denied: Denied[]): Gate =>
  ({ service, region, account, role }, operation, resource) => {
    const action = `${service}:${operation}`
    const place = resource?.account ?? account
    const isDenied = denied.some(
      (each) => each.action === action && each.account === place && (each.region ?? region) === region,
    )
    const isBeyondRole = role !== undefined && !ROLE_RIGHTS[role].has(action)
    if (!isDenied && !isBeyondRole) return
    const [code, status] = CODES[service] ?? ['AccessDenied', 403]
    const about = resource ? ` on resource: ${resource.arn}` : ''
    throw new AwsError(code, `the caller is not authorized to perform: ${action}${about}`, status)
  }
