import { SubscriptionFilter, type Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'

/** The filter that lets a subscriber have the digests of these routes alone: `route` is an attribute of each message. */
export const ofRoutes = (names: string[]) => ({
  filterPolicy: { route: SubscriptionFilter.stringFilter({ allowlist: names }) },
})

/** Subscribes the mail addresses of each route. A route with a topic of its own is not on this one. */
export const subscribeByMail = (topic: Topic, { routes }: ScannerConfig): void => {
  const addresses = new Map<string, string[]>()
  for (const { name, email = [], topic: own } of routes)
    if (own === undefined)
      for (const address of email) addresses.set(address, [...(addresses.get(address) ?? []), name])
  // An address may be subscribed to a topic once; with several routes its filter names them all.
  for (const [address, names] of addresses)
    topic.addSubscription(new EmailSubscription(address, ofRoutes(names)))
}

/** The topics of users' own that run-scan publishes to. */
export const ownTopics = ({ routes }: ScannerConfig): string[] => [
  ...new Set(routes.flatMap(({ topic }) => topic ?? [])),
]
