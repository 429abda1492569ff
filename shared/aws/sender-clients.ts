import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { ClientSettings } from './clients.ts'

/** The clients of run-scan in one account and region. */
export type SenderClients = { ec2: EC2Client; ssm: SSMClient }

export const senderClients = ({ credentials, ...settings }: ClientSettings): SenderClients => {
  const ec2 = new EC2Client({ ...settings, ...(credentials && { credentials }) })
  // By itself each client would assume the role once more.
  const ssm = new SSMClient({ ...settings, ...(credentials && { credentials: ec2.config.credentials }) })
  return { ec2, ssm }
}
