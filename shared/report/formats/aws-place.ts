import type { Node } from '../../findings/records.ts'

/** The partition that a region is in: it stands in every ARN. */
export const partitionOf = (region: string): 'aws' | 'aws-cn' | 'aws-us-gov' => {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

export const instanceArn = ({ account, region, instanceId }: Node): string =>
  `arn:${partitionOf(region)}:ec2:${region}:${account}:instance/${instanceId}`
