import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import type { Caller } from './caller.ts'
import type { Fleet, FleetInstance } from './fleet.ts'
import { pageOf } from './paging.ts'
import { hasTag, matchesAny } from './tag-filter.ts'

export const describeInstancesRequest = z.strictObject({
  Filters: z
    .array(z.strictObject({ Key: z.string(), Values: z.array(z.string()).min(1).max(100) }))
    .max(50)
    .default([]),
  MaxResults: z.number().int().min(5).max(50).optional(),
  NextToken: z.string().optional(),
})

/** The instances that Systems Manager knows in the caller's account and region: what was terminated is forgotten. */
export const managedInstances = (fleet: Fleet, caller: Caller): FleetInstance[] =>
  fleet.instances.filter(
    (instance) =>
      instance.account === caller.account &&
      instance.region === caller.region &&
      instance.state !== 'terminated' &&
      instance.source.kind !== 'unmanaged',
  )

/** Whether the agent's last ping is recent: a stopped instance and one that is offline stay registered, silently. */
export const isOnline = (instance: FleetInstance): boolean =>
  instance.state === 'running' && instance.source.kind !== 'offline'

/** DescribeInstanceInformation's answer. */
export const describeInstances = (
  fleet: Fleet,
  caller: Caller,
  request: z.infer<typeof describeInstancesRequest>,
  now: Date,
): object => {
  const found = managedInstances(fleet, caller).filter((instance) =>
    request.Filters.every((filter) => passes(instance, filter.Key, filter.Values)),
  )
  const page = pageOf(
    found,
    { maxResults: request.MaxResults, nextToken: request.NextToken },
    'InvalidNextToken',
  )
  return {
    InstanceInformationList: page.items.map((instance) => information(instance, now)),
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  }
}

const passes = (instance: FleetInstance, key: string, values: string[]): boolean => {
  if (key.startsWith('tag:')) return hasTag(instance.tags, key, values)
  if (key === 'InstanceIds') return values.includes(instance.id)
  if (key === 'PingStatus') return values.includes(pingStatus(instance))
  if (key === 'PlatformTypes') return matchesAny('Linux', values)
  throw new AwsError('InvalidFilterKey', `the filter key ${key} is not known here`)
}

const pingStatus = (instance: FleetInstance): string => (isOnline(instance) ? 'Online' : 'ConnectionLost')

const DAY_SECONDS = 86_400

const USUAL_AGENT = '3.3.0.0'

const information = (instance: FleetInstance, now: Date): object => ({
  InstanceId: instance.id,
  PingStatus: pingStatus(instance),
  LastPingDateTime: now.getTime() / 1000 - (isOnline(instance) ? 60 : DAY_SECONDS),
  AgentVersion: instance.agentVersion ?? USUAL_AGENT,
  IsLatestVersion: true,
  PlatformType: 'Linux',
  PlatformName: 'Linux',
  ResourceType: 'EC2Instance',
  ComputerName: `ip-${instance.id.slice(2, 10)}`,
})
