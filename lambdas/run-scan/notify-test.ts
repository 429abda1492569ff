import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { digestKey } from '../../shared/report/digest-routes.ts'
import { sampleDigest } from '../../shared/report/digest-sample.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import type { RunScanDeps } from './deps.ts'
import { placeOf, routesOf } from './freeze-digests.ts'
import { reasonOf, retrying } from './steps.ts'

/** What became of a test message at one topic. */
export type TestSent = {
  /** The key of the route and destination, as digests are stored under. */
  key: string
  topicArn?: string
  messageId?: string
  error?: string
}

/** What became of a test of a route; `routes` are the names that there are. */
export type NotifyTested =
  | { status: 'tested'; route: string; attributes: Record<string, string>; sent: TestSent[] }
  | { status: 'no-such-route'; route: string; routes: string[] }

/**
 * Publishes a test message as a scan publishes a route's digests: with the same rights, to the same topics, with the
 * same attributes. Nothing of it is stored: it is no news of the fleet.
 */
export const notifyTest = async (
  route: string,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<NotifyTested> => {
  const routes = routesOf(deps)
  const found = routes.find(({ name }) => name === route)
  if (found === undefined) return { status: 'no-such-route', route, routes: routes.map(({ name }) => name) }
  const at = await ctx.step('name', async () => deps.now().toISOString(), retrying)
  const scanId = `test-${scanIdOf(at)}`
  const { subject, bodies, attributes, amazonQ } = sampleDigest(scanId, route, at, placeOf(deps))
  const messages = [
    { key: digestKey(route), bodies },
    ...(found.amazonQ ? [{ key: digestKey(route, { amazonQ: true }), bodies: { default: amazonQ } }] : []),
  ]
  const sent: TestSent[] = []
  for (const { key, bodies } of messages) {
    const publish = async () => deps.publish({ scanId, route: key, subject, bodies, attributes })
    try {
      const topicArn = deps.topicOf(key)
      const published = await ctx.step('publish-test', publish, retrying).then(
        (messageId) => ({ messageId }),
        (error: unknown) => ({ error: reasonOf(error) }),
      )
      sent.push({ key, topicArn, ...published })
    } catch (error) {
      sent.push({ key, error: reasonOf(error) })
    }
  }
  return { status: 'tested', route, attributes, sent }
}
