import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub'
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { securityHubRole } from '../config/role-arn.ts'
import type { ScanTarget } from '../config/scanner-config.ts'
import { PushProblem, type Rejected } from '../push/send-due.ts'
import type { AsffFinding } from '../report/formats/asff.ts'

/** Ten requests a second, and 30 at once, in an account and region: the mode that slows down by itself, and many tries. */
const PATIENT = { retryMode: 'adaptive', maxAttempts: 8 } as const

/** Whose rights take the role: a profile of the caller's; absent: what AWS's SDK finds by itself. */
export type CallerSettings = { profile?: string | undefined }

/** Security Hub of one target, by the rights of its role there. `destroy` it at the end. */
export const securityHubOf = (target: ScanTarget, { profile }: CallerSettings = {}): SecurityHubClient => {
  const { region, externalId } = target
  return new SecurityHubClient({
    ...{ region, ...PATIENT },
    credentials: fromTemporaryCredentials({
      params: {
        RoleArn: securityHubRole(target),
        RoleSessionName: 'fleet-scanner',
        ...(externalId !== undefined && { ExternalId: externalId }),
      },
      // The regional endpoint: the global one depends on another region.
      clientConfig: { region },
      // Without this the SDK would take the role by its default credentials, whatever the profile.
      ...(profile !== undefined && { masterCredentials: fromNodeProviderChain({ profile }) }),
    }),
  })
}

/** The whole request is refused for what is in it, which may be one finding's fault. */
const OF_INPUT = new Set(['InvalidInputException', 'ValidationException', 'SerializationException'])

/**
 * Sends at most 100 findings of one account and region; returns those that were not taken. Where one of them has the whole
 * request refused, halves of it are sent, down to that one. Throws PushProblem where none could be taken: the role is refused,
 * Security Hub is off there, the service does not answer.
 */
export const importFindings = async (
  client: SecurityHubClient,
  target: ScanTarget,
  findings: AsffFinding[],
): Promise<Rejected[]> => {
  const Findings: AwsSecurityFinding[] = findings
  const answer = await client.send(new BatchImportFindingsCommand({ Findings })).catch((error: unknown) => {
    if (error instanceof Error && OF_INPUT.has(error.name)) return error
    throw problemOf(error, target)
  })
  if (answer instanceof Error) {
    const [first, ...others] = findings
    if (first && others.length === 0) return [{ id: first.Id, code: answer.name, message: answer.message }]
    const middle = Math.ceil(findings.length / 2)
    return [
      ...(await importFindings(client, target, findings.slice(0, middle))),
      ...(await importFindings(client, target, findings.slice(middle))),
    ]
  }
  const rejected = (answer.FailedFindings ?? []).map(({ Id = '', ErrorCode = '', ErrorMessage = '' }) => ({
    ...{ id: Id, code: ErrorCode, message: ErrorMessage },
  }))
  const [first] = rejected
  // So does it say of each finding that it is off there.
  if (first && rejected.length === findings.length && rejected.every(({ code }) => code === 'InvalidAccess'))
    throw new PushProblem(isOff(target, first.message))
  return rejected
}

const isOff = ({ account, region }: ScanTarget, said: string): string =>
  `Security Hub takes no findings in account ${account}, region ${region} (${said}); enable it there`

/** What went wrong, and what to do, in words. */
const problemOf = (error: unknown, target: ScanTarget): PushProblem => {
  if (!(error instanceof Error)) return new PushProblem(String(error), { cause: error })
  const { name, message } = error
  const words: Record<string, string> = {
    InvalidAccessException: isOff(target, message),
    // Of STS; Security Hub's own has another name.
    AccessDenied: `role ${securityHubRole(target)} could not be taken (${message}); its stack is to be deployed there with \`securityHub\`, and to name you under \`pushers\``,
    AccessDeniedException: `role ${securityHubRole(target)} may not send findings (${message}); deploy its stack as this release has it`,
  }
  return new PushProblem(words[name] ?? `they could not be sent: ${message} (${name})`, {
    cause: error,
  })
}
