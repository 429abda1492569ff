import {
  DescribeInstanceInformationCommand,
  type InstanceInformation,
  type SSMClient,
} from '@aws-sdk/client-ssm'

/**
 * What Systems Manager knows of an instance; `pingStatus` is its own word: Online, ConnectionLost or Inactive.
 * `lastPingAt` in ISO 8601, UTC, of one that is not online: of the others it is minutes ago at most.
 */
export type ManagedInstance = {
  pingStatus: string
  platform: string
  agentVersion?: string
  lastPingAt?: string
}

/** The largest page that Systems Manager gives, and a group of ids that its filter takes. */
const GROUP = 50

/** Which of these instances Systems Manager manages, by id. Asks for those alone: an account may manage thousands. */
export const managedInstances = async (
  ssm: SSMClient,
  ids: string[],
): Promise<Map<string, ManagedInstance>> => {
  const found = new Map<string, ManagedInstance>()
  for (let i = 0; i < ids.length; i += GROUP)
    for (const info of await describe(ssm, ids.slice(i, i + GROUP)))
      if (info.InstanceId) found.set(info.InstanceId, readInformation(info))
  return found
}

const readInformation = ({
  PingStatus,
  PlatformType,
  AgentVersion,
  LastPingDateTime,
}: InstanceInformation): ManagedInstance => ({
  pingStatus: PingStatus ?? 'Unknown',
  platform: PlatformType ?? 'Unknown',
  ...(AgentVersion && { agentVersion: AgentVersion }),
  ...(PingStatus !== 'Online' && LastPingDateTime && { lastPingAt: LastPingDateTime.toISOString() }),
})

const describe = async (ssm: SSMClient, ids: string[]): Promise<InstanceInformation[]> => {
  const found: InstanceInformation[] = []
  let token: string | undefined
  do {
    const page = await ssm.send(
      new DescribeInstanceInformationCommand({
        Filters: [{ Key: 'InstanceIds', Values: ids }],
        MaxResults: GROUP,
        ...(token !== undefined && { NextToken: token }),
      }),
    )
    found.push(...(page.InstanceInformationList ?? []))
    token = page.NextToken || undefined
  } while (token !== undefined)
  return found
}
