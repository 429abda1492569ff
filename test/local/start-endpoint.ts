import { EC2Client } from '@aws-sdk/client-ec2'
import {
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { onTestFinished } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { localCredentials } from '../../local/credentials.ts'
import { type Endpoint, startEndpoint } from '../../local/endpoint.ts'
import type { Fleet } from '../../local/fleet.ts'

export const DOCUMENT = 'Test-Document'

/** An endpoint with one document, and AWS's own clients of it; all end with the test. */
export const withEndpoint = async (
  fleet: Fleet,
  options: { script?: string; timeoutSeconds?: number; now?: () => Date } = {},
): Promise<{ ssm: SSMClient; ec2: EC2Client; endpoint: Endpoint }> => {
  const content = JSON.stringify({
    schemaVersion: '2.2',
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: 'collect',
        inputs: {
          runCommand: (options.script ?? 'echo hello').split('\n'),
          timeoutSeconds: String(options.timeoutSeconds ?? 20),
        },
      },
    ],
  })
  const endpoint = await startEndpoint({
    fleet,
    documents: [{ name: DOCUMENT, content }],
    agent: fleetAgent(),
    ...(options.now && { now: options.now }),
  })
  const settings = {
    endpoint: endpoint.url,
    region: 'eu-central-1',
    credentials: localCredentials,
    maxAttempts: 1,
  }
  const ssm = new SSMClient(settings)
  const ec2 = new EC2Client(settings)
  onTestFinished(async () => {
    ssm.destroy()
    ec2.destroy()
    await endpoint.stop()
  })
  return { ssm, ec2, endpoint }
}

/** Sends the document to instances by target and returns the command's id. */
export const send = async (ssm: SSMClient, ids: string[]): Promise<string> => {
  const { Command } = await ssm.send(
    new SendCommandCommand({
      DocumentName: DOCUMENT,
      Targets: [{ Key: 'InstanceIds', Values: ids }],
      TimeoutSeconds: 30,
    }),
  )
  return Command?.CommandId ?? ''
}

/** Waits until a command shows in the list and nothing of it is under way; returns its status details. */
export const ended = async (ssm: SSMClient, commandId: string): Promise<string> => {
  for (;;) {
    const { Commands = [] } = await ssm.send(new ListCommandsCommand({ CommandId: commandId }))
    const details = Commands[0]?.StatusDetails ?? ''
    if (details !== '' && details !== 'Pending' && details !== 'InProgress') return details
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const outputOf = async (ssm: SSMClient, commandId: string, id: string) =>
  ssm.send(new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: id }))
