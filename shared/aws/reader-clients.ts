import { SSMClient } from '@aws-sdk/client-ssm'
import type { ClientSettings } from './clients.ts'

/** The clients of parse-results in one account and region: that of EC2 would be a third of its code. */
export type ReaderClients = { ssm: SSMClient }

export const readerClients = (settings: ClientSettings): ReaderClients => ({ ssm: new SSMClient(settings) })
