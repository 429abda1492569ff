import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** How the server answers one request; `hang`: never. */
export type Answer = { status: number; says?: string; headers?: Record<string, string> } | 'hang'

export type SlackServer = {
  origin: string
  /** What was posted, in order: the path, and the body as JSON. */
  posts: { path: string; body: unknown; type: string | undefined }[]
  /** Answers to come; when there are none left, it takes everything, as Slack does. */
  answers: Answer[]
  /** Answers by path, which outweigh those to come. */
  byPath: Record<string, Answer>
  stop(): Promise<void>
}

/** An HTTP server in Slack's place, on the loopback interface. */
export const startSlackServer = async (): Promise<SlackServer> => {
  const posts: SlackServer['posts'] = []
  const answers: Answer[] = []
  const byPath: SlackServer['byPath'] = {}
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    posts.push({ path, body: JSON.parse(await text(request)), type: request.headers['content-type'] })
    const answer = byPath[path] ?? answers.shift() ?? { status: 200, says: 'ok' }
    if (answer === 'hang') return
    response.writeHead(answer.status, answer.headers)
    response.end(answer.says ?? '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ posts, answers, byPath },
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
