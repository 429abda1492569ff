import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { ListCommandsCommand } from '@aws-sdk/client-ssm'
import { afterEach, expect, test, vi } from 'vitest'
import { callCounter, reportingCalls } from '../../shared/aws/call-counter.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { senderClients } from '../../shared/aws/sender-clients.ts'

afterEach(() => vi.unstubAllEnvs())

const TARGET = {
  account: '111122223333',
  region: 'eu-west-1',
  roles: {
    sender: 'arn:aws:iam::111122223333:role/m-sender',
    reader: 'arn:aws:iam::111122223333:role/m-reader',
  },
  selectors: [{ a: 'b' }],
}

test('each request counts under its operation, and one that the SDK repeats counts twice', async () => {
  const answers = [500, 200]
  const server = createServer((request, response) => {
    const ec2 = request.headers['x-amz-target'] === undefined
    response.statusCode = ec2 ? 200 : (answers.shift() ?? 200)
    response.end(ec2 ? '<DescribeInstancesResponse/>' : '{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', url)
  vi.stubEnv('AWS_ENDPOINT_URL_EC2', url)
  const counter = callCounter()
  const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' })
  const { ec2, ssm } = clientPool(senderClients, () => credentials, counter.count)(TARGET)
  await ssm.send(new ListCommandsCommand())
  await ec2.send(new DescribeInstancesCommand())
  ssm.destroy()
  ec2.destroy()
  server.close()
  expect(counter.take()).toEqual({ ListCommands: 2, DescribeInstances: 1 })
  expect(counter.take()).toEqual({})
})

test.each([
  ['ends', async () => 'done'],
  ['fails', async () => Promise.reject(new Error('broken'))],
])('an invocation that %s reports its calls, and those alone', async (_how, work) => {
  const counter = callCounter()
  const reports: Record<string, number>[] = []
  const handler = reportingCalls(
    async (operation: string) => {
      counter.count(operation)
      return work()
    },
    counter,
    (counts) => reports.push(counts),
  )
  await handler('SendCommand', {}).catch(() => {})
  await handler('ListCommands', {}).catch(() => {})
  expect(reports).toEqual([{ SendCommand: 1 }, { ListCommands: 1 }])
})
