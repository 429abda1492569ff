import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that is both: AWS Secrets Manager with one secret, and Slack, which that leads to. Returns its origin. */
export const startSlackAndSecret = async (): Promise<{ origin: string; stop: () => void }> => {
  let origin = ''
  const server = createServer((request, response) => {
    request.resume()
    const isSecret = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue'
    response.setHeader('content-type', isSecret ? 'application/x-amz-json-1.1' : 'text/plain')
    response.end(isSecret ? JSON.stringify({ Name: 'hook', SecretString: `${origin}/services/T` }) : 'ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
